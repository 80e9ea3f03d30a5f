"""A live engine that has never heard of a question: ordered streams of entries, pushed to many sockets.

The parts, from the pure to the wired: `frames` (the wire), `stream` (the tail of one stream),
`backlog` and `protocol` (one client's conversation), `bus` (the doorbell between processes), `hub` and `feed`
(the streams open here), `turn` (what leaves together), `presence` (who is here), `registry` (which sockets are
open here), `admission` (what the server grants one), `orders` (one client's commands), `participant` (one client,
whatever carries it), `lean` and `rare` (on a bare transport), `fastpath` (how it gets there), `connection` (over any
ASGI server), `fallback` (over plain HTTP), `engine` (all of them for one process).
"""
