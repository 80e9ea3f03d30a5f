// A room on `ws`: what comes in on /pub goes out to everyone on /sub.
const { WebSocketServer } = require("ws");
const hearers = new Set();
const server = new WebSocketServer({ host: "127.0.0.1", port: Number(process.argv[2]), perMessageDeflate: false });
server.on("connection", (socket, request) => {
  if (request.url === "/sub") {
    hearers.add(socket);
    socket.on("close", () => hearers.delete(socket));
  } else {
    socket.on("message", (data) => {
      for (const hearer of hearers) hearer.send(data, { binary: false });
    });
  }
});
