"""A live engine that has never heard of a question: ordered streams of entries, pushed to many sockets.

The parts, from the pure to the wired: `frames` (the wire), `stream` (the tail of one stream),
`backlog` and `protocol` (one client's conversation), `bus` (the doorbell between processes), `hub`
(the streams open here), `presence` (who is here), `registry` (which sockets are open here),
`connection` (one WebSocket), `engine` (all of them for one process).
"""
