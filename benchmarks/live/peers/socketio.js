// A room on socket.io: who comes with ?room hears what anyone says with "ask".
const { createServer } = require("http");
const { Server } = require("socket.io");
const web = createServer();
const io = new Server(web, { transports: ["websocket"], perMessageDeflate: false });
io.on("connection", (socket) => {
  if (socket.handshake.query.room) {
    socket.join("room");
    socket.emit("joined");
  }
  socket.on("ask", (question) => io.to("room").emit("asked", question));
});
web.listen(Number(process.argv[2]), "127.0.0.1");
