"""What the room is measured against: C, nchan, NATS, `ws`, socket.io, Django Channels, each in a process of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.live.machine import BUILT, HERE, compiled, debian, node_modules, python_peers, running, tree
from tests.services import free_port, redis_server

SIZE = 200
HEAD, TAIL = '{"type":"question.asked","room":"r1","votes":17,"text":"', '"}'
MARKED = SIZE - len(HEAD) - len(TAIL)
PLAIN = f"{HEAD}$M{TAIL}"


@dataclass(frozen=True, slots=True)
class Target:
    """A server that is up: how the load client speaks to it, and whose CPU counts."""

    options: tuple[str, ...]
    pids: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Peer:
    """One way to build a room; `serving` raises `Missing` where it cannot be had."""

    name: str
    serving: Callable[[], AbstractContextManager[Target]]
    sizes: tuple[int, ...] = (1000, 5000)
    bursts: bool = False


def _target(
    port: int, *pids: int, message: str = PLAIN, path: tuple[str, str] = ("/sub", "/pub"), **more: str
) -> Target:
    url = f"ws://127.0.0.1:{port}"
    options = ["--url", url + path[0], "--publish-url", url + path[1], "--message", message, "--size", str(MARKED)]
    for name, value in more.items():
        options += [f"--{name.replace('_', '-')}", value]
    return Target(tuple(options), tuple(tree(*pids)))


def _filled(name: str, **values: object) -> Path:
    place = BUILT / name
    place.write_text((HERE / "peers" / name).read_text().format(**values))
    return place


@contextmanager
def c_send() -> Iterator[Target]:
    port = free_port()
    with running([compiled("baseline"), str(port)], port) as pid:
        yield _target(port, pid)


@contextmanager
def nchan() -> Iterator[Target]:
    root, port = debian("libnginx-mod-nchan", "nginx"), free_port()
    module = root / "usr/lib/nginx/modules/ngx_nchan_module.so"
    conf = _filled("nginx.conf", module=module, place=BUILT, port=port)
    command = [root / "usr/sbin/nginx", "-p", BUILT, "-e", BUILT / "error.log", "-c", conf]
    with running(command, port) as pid:
        yield _target(port, pid)


@contextmanager
def nats() -> Iterator[Target]:
    port = free_port()
    conf = _filled("nats.conf", port=port, nats=free_port())
    with running([debian("nats-server") / "usr/sbin/nats-server", "-c", conf], port) as pid:
        greeting = 'CONNECT {"verbose":false,"pedantic":false}\r\n'
        yield _target(
            port, pid, path=("/", "/"), message=f"PUB room {SIZE}\r\n{PLAIN}\r\n", ready="PONG", publisher_ready="PONG",
            hello=f"{greeting}SUB room 1\r\nPING\r\n", publisher_hello=f"{greeting}PING\r\n",
        )  # fmt: skip


@contextmanager
def node_ws() -> Iterator[Target]:
    port = free_port()
    with running(["node", node_modules() / "node_ws.js", str(port)], port) as pid:
        yield _target(port, pid)


@contextmanager
def socketio() -> Iterator[Target]:
    port, path = free_port(), "/socket.io/?EIO=4&transport=websocket"
    with running(["node", node_modules() / "socketio.js", str(port)], port) as pid:
        yield _target(
            port, pid, path=(f"{path}&room=1", path), message=f'42["ask",{PLAIN}]', ready='"joined"',
            publisher_ready='40{"sid"', hello="40", publisher_hello="40",
        )  # fmt: skip


@contextmanager
def channels() -> Iterator[Target]:
    python, port = python_peers(), free_port()
    with ExitStack() as stack:
        url, redis = stack.enter_context(redis_server(BUILT))
        command = [
            python, "-m", "uvicorn", "channels_room:app", "--port", str(port), "--log-level", "critical",
            "--lifespan", "off",
        ]  # fmt: skip
        pid = stack.enter_context(
            running(command, port, cwd=HERE / "peers", environment={"BENCH_REDIS": url, "PYTHONPATH": ""})
        )
        yield _target(port, pid, redis.pid, ready="joined")


C = Peer("c", c_send, bursts=True)
OTHERS = (
    Peer("nchan", nchan),
    Peer("nats", nats, bursts=True),
    Peer("node_ws", node_ws),
    Peer("socketio", socketio),
    Peer("channels", channels, sizes=(1000,)),
)
