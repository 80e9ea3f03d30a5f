"""The machine under measurement: what runs on which core, what was built for it, and whose CPU counts."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil  # type: ignore[import-untyped]

HERE = Path(__file__).parent
BUILT = HERE.parent.parent / "var" / "bench"
SERVER_CORE, CLIENT_CORE = 0, 1
PRIORITY = -15


class Missing(Exception):
    """A peer cannot be measured here, and why."""


def pinned(core: int | None) -> Callable[[], None]:
    """What a child does before it runs: a session of its own, one core, and the right of way where that is allowed."""

    def settle() -> None:
        os.setsid()
        if core is not None:
            os.sched_setaffinity(0, {core})
        with suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, 0, PRIORITY)
        with suppress(OSError):
            Path("/proc/self/autogroup").write_text(str(PRIORITY))

    return settle


@contextmanager
def running(
    command: Sequence[object], port: int, *, core: int | None = SERVER_CORE, cwd: Path | None = None,
    environment: dict[str, str] | None = None, seconds: float = 20,
) -> Iterator[int]:  # fmt: skip
    """A process of ours that listens on `port`: its pid. Only it and its children are ended."""
    log = BUILT / f"{Path(str(command[0])).name}.log"
    with log.open("ab") as out:
        process = subprocess.Popen(
            [str(word) for word in command],
            cwd=cwd,
            env={**os.environ, **(environment or {})},
            stdout=out,
            stderr=out,
            preexec_fn=pinned(core),
        )
    try:
        _wait_until_it_listens(process, port, seconds, log)
        yield process.pid
    finally:
        end(process)


def end(process: subprocess.Popen[bytes]) -> None:
    """Stop a process of ours and what it started."""
    children = tree(process.pid)
    process.terminate()
    with suppress(subprocess.TimeoutExpired):
        process.wait(3)
    for pid in children:
        with suppress(psutil.NoSuchProcess):
            psutil.Process(pid).kill()
    process.wait()


def _wait_until_it_listens(process: subprocess.Popen[bytes], port: int, seconds: float, log: Path) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and process.poll() is None:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.02)
    raise Missing(f"it did not start: {log.read_text()[-300:]}")


def tree(*pids: int) -> list[int]:
    """These processes and all below them."""
    found: list[int] = []
    for pid in pids:
        with suppress(psutil.NoSuchProcess):
            found += [pid, *(child.pid for child in psutil.Process(pid).children(recursive=True))]
    return found


def compiled(name: str) -> Path:
    """One of the C programs here, built when its source is newer."""
    source, program = HERE / f"{name}.c", BUILT / name
    newest = max(path.stat().st_mtime for path in (source, *HERE.glob("*.h")))
    if not program.exists() or program.stat().st_mtime < newest:
        BUILT.mkdir(parents=True, exist_ok=True)
        done(["cc", "-O2", "-Wall", "-o", program, source], HERE, "a C compiler")
    return program


def debian(*packages: str) -> Path:
    """Debian packages unpacked beside the benchmark, not installed: where they lie."""
    root = BUILT / "debian"
    if not all((root / f".{package}").exists() for package in packages):
        root.mkdir(parents=True, exist_ok=True)
        if shutil.which("apt-get") is None:
            raise Missing("no apt here")
        with suppress(Missing):
            done(["apt-get", "download", "-q", *packages], root, "apt")
        if not list(root.glob(f"{packages[0]}_*.deb")):
            done(["apt-get", "update", "-q"], root, "apt")
            done(["apt-get", "download", "-q", *packages], root, "apt")
        for package in packages:
            done(["dpkg", "-x", next(root.glob(f"{package}_*.deb")), root], root, "dpkg")
            (root / f".{package}").touch()
    return root


def node_modules() -> Path:
    """The Node peers' libraries, from their lock."""
    place = BUILT / "node"
    lock = (HERE / "peers" / "package-lock.json").read_bytes()
    if not (place / "node_modules").exists() or (place / "package-lock.json").read_bytes() != lock:
        place.mkdir(parents=True, exist_ok=True)
        for name in ("package.json", "package-lock.json"):
            shutil.copy(HERE / "peers" / name, place / name)
        done(["npm", "ci", "--silent", "--no-audit", "--no-fund", "--ignore-scripts"], place, "npm")
    for script in (HERE / "peers").glob("*.js"):
        shutil.copy(script, place / script.name)
    return place


def python_peers() -> Path:
    """The interpreter of the Python peers' own environment, from their lock."""
    place, lock = BUILT / "venv", HERE / "peers" / "requirements-bench.lock"
    mark = place / ".lock"
    if not mark.exists() or mark.read_bytes() != lock.read_bytes():
        done(["python3", "-m", "venv", "--clear", place], HERE, "venv")
        pip = [place / "bin" / "pip", "install", "-q", "--disable-pip-version-check"]
        done([*pip, "--require-hashes", "-r", lock], HERE, "pip")
        mark.write_bytes(lock.read_bytes())
    return place / "bin" / "python"


def done(command: Sequence[object], cwd: Path, what: str) -> None:
    """Run to the end; `Missing` says which part of the machine could not."""
    try:
        subprocess.run([str(word) for word in command], cwd=cwd, check=True, capture_output=True, timeout=300)
    except (OSError, subprocess.SubprocessError) as error:
        said = getattr(error, "stderr", b"") or b""
        raise Missing(f"{what}: {said.decode(errors='replace')[-200:].strip() or error}") from None
