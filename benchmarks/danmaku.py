"""Danmaku at the density cap: how evenly a browser draws the hall's screen for twenty seconds.

    python -m benchmarks.danmaku [--seconds 20] [--size 1440x900] [--density 40]

A server of its own with the demo day, one Chromium showing `/screen/…`, and a crowd that sends more than the room can
show. Frame times come from the browser's own trace (`DrawFrame` of the compositor, and the frame reports' verdicts);
beside them as many seconds as the page's `requestAnimationFrame` saw them, what the main thread spent, and what the
same machine does with one moving element on an empty sky: danmaku cannot be smoother than that. One JSON line ends it.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import shutil
import statistics
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from itertools import count, pairwise
from pathlib import Path
from typing import Any

import httpx
from playwright.async_api import Browser, CDPSession, Page, async_playwright

from server.database import Database, found_installation
from server.demo import story
from server.migrate import upgrade
from tests.e2e.visitors import Visitors, visitors_in
from tests.faults.nodes import Node

CATEGORIES = ("cc", "viz", "devtools.timeline", "disabled-by-default-devtools.timeline.frame", "benchmark")
FLAGS = ("--no-sandbox", "--disable-background-networking", "--disable-component-update", "--disable-sync")
TEXTS = ("良率厉害", "恭喜！", "666", "加油", "看好", "Bravo!", "厉害", "支持国产", "来自武汉", "👏👏", "讲得清楚")
GUESTS = 8
ALOFT = "() => document.querySelectorAll('.sky span:not(.idle)').length"
ONE = """() => { const one = document.createElement('i'); one.id = 'one'; one.textContent = '·'
  one.style.position = 'fixed'; document.body.append(one)
  const way = [{ transform: 'none' }, { transform: 'translateX(900px)' }]
  one.animate(way, { duration: 9000, iterations: Infinity }) }"""
RAF = """() => { window.raf = []; let last = performance.now();
  const step = (now) => { window.raf.push(now - last); last = now; requestAnimationFrame(step) };
  requestAnimationFrame(step) }"""


def percentile(values: list[float], share: float) -> float:
    ordered = sorted(values)
    return round(ordered[min(len(ordered) - 1, int(len(ordered) * share))], 2)


def spread(times: list[float]) -> dict[str, float]:
    """How a list of frame times in ms lies; a frame is late when it misses one vsync of 60 Hz."""
    late = sum(max(0, round(time / (1000 / 60)) - 1) for time in times)
    due = len(times) + late
    return {
        "frames": len(times),
        "fps": round(1000 / statistics.mean(times), 1) if times else 0,
        "p50_ms": percentile(times, 0.5),
        "p95_ms": percentile(times, 0.95),
        "p99_ms": percentile(times, 0.99),
        "dropped_share": round(late / due, 4) if due else 0,
    }


def gaps(stamps: list[float]) -> list[float]:
    ordered = sorted(stamps)
    return [(later - earlier) / 1000 for earlier, later in pairwise(ordered)]


def read_trace(events: list[dict[str, Any]]) -> dict[str, Any]:
    """Frames drawn, and what the browser itself says became of each frame it meant to draw."""
    drawn = [event["ts"] for event in events if event.get("name") == "DrawFrame" and event.get("ph") in {"I", "X", "i"}]
    verdicts: dict[str, int] = {}
    for event in events:
        if event.get("name") == "PipelineReporter" and event.get("ph") == "b":
            report = event.get("args", {}).get("chrome_frame_reporter") or event.get("args", {}).get("frame_reporter")
            if report:
                verdicts[str(report.get("state"))] = verdicts.get(str(report.get("state")), 0) + 1
    return {"drawn": spread(gaps(drawn)), "verdicts": verdicts}


async def traced(cdp: CDPSession, seconds: float) -> list[dict[str, Any]]:
    """What the browser writes into its trace meanwhile."""
    events: list[dict[str, Any]] = []
    done = asyncio.Event()
    cdp.on("Tracing.dataCollected", lambda message: events.extend(message["value"]))
    cdp.on("Tracing.tracingComplete", lambda _message: done.set())
    await cdp.send("Tracing.start", {"traceConfig": {"includedCategories": list(CATEGORIES)}})
    await asyncio.sleep(seconds)
    await cdp.send("Tracing.end")
    await asyncio.wait_for(done.wait(), 60)
    return events


async def metrics(cdp: CDPSession) -> dict[str, float]:
    """Seconds the main thread spent so far."""
    await cdp.send("Performance.enable")
    found = await cdp.send("Performance.getMetrics")
    return {each["name"]: each["value"] for each in found["metrics"]}


async def crowd(url: str, room: str, per_second: float) -> None:
    """Guests who send without end; a late answer delays nobody else."""
    async with asyncio.TaskGroup() as guests:
        for number in range(GUESTS):
            guests.create_task(_guest(url, room, number, GUESTS / per_second))


async def _guest(url: str, room: str, number: int, pause: float) -> None:
    live = f"/roadshows/{room}"
    async with httpx.AsyncClient(base_url=f"{url}/api/v1", headers={"Origin": url}, timeout=30) as client:
        (await client.post(f"{live}/guests", json={"name": f"听众{number}"})).raise_for_status()
        token = {"X-CSRF-Token": (await client.get("/me")).json()["csrf_token"]}
        for turn in count(number):
            text = TEXTS[turn % len(TEXTS)]
            await client.post(f"{live}/live/danmaku.send", json={"text": text}, headers=token)
            await asyncio.sleep(pause)


@asynccontextmanager
async def house() -> AsyncIterator[Node]:
    """The demo day, served for this run."""
    with tempfile.TemporaryDirectory(prefix="danmaku-") as name:
        url = f"sqlite:///{Path(name) / 'demo.sqlite3'}"
        node = Node(Path(name), url, more={"ROADSHOW_DEMO": "1", **_static()})
        await _load(url, Path(name))
        await node.start()
        try:
            yield node
        finally:
            node.stop()


def _static() -> dict[str, str]:
    return {"ROADSHOW_STATIC_DIR": os.environ["ROADSHOW_STATIC_DIR"]} if "ROADSHOW_STATIC_DIR" in os.environ else {}


async def _load(url: str, directory: Path) -> None:
    database = Database(url)
    await upgrade(database)
    async with database.write() as session:
        await found_installation(session)
    await story.load(database, datetime.now(UTC), lambda what, done, total: None, directory / "files")
    await database.close()


async def run(seconds: float, size: tuple[int, int], density: int) -> dict[str, Any]:
    async with house() as node, async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=shutil.which("chromium"), args=list(FLAGS))
        try:
            async with visitors_in(browser) as visitors:
                return await _measure(browser, visitors, node, seconds, size, density)
        finally:
            await browser.close()


async def _measure(
    browser: Browser, visitors: Visitors, node: Node, seconds: float, size: tuple[int, int], density: int
) -> dict[str, Any]:
    host = await visitors.enter(node.url, "host")
    organizer = (await host.read("/organizers"))["items"][0]["id"]
    room = str((await host.read(f"/organizers/{organizer}/roadshows", state="live"))["items"][0]["id"])
    await host.send(f"/roadshows/{room}/live/flow.set", {"slow_seconds": 0, "density": density})
    screen = await visitors.enter(node.url, None, size)
    await screen.page.emulate_media(reduced_motion="no-preference")
    await screen.open(f"/screen/{room}")
    await screen.page.evaluate(ONE)
    alone = read_trace(await traced(await screen.page.context.new_cdp_session(screen.page), seconds / 2))
    await screen.page.evaluate("() => document.querySelector('#one').remove()")
    sending = asyncio.create_task(crowd(node.url, room, 12))
    try:
        await asyncio.sleep(12)
        return await _observe(screen.page, seconds, density) | {"one_element_alone": alone["drawn"]}
    finally:
        sending.cancel()
        with suppress(asyncio.CancelledError):
            await sending


async def _observe(page: Page, seconds: float, density: int) -> dict[str, Any]:
    cdp = await page.context.new_cdp_session(page)
    before, aloft_before = await metrics(cdp), await page.evaluate(ALOFT)
    events = await traced(cdp, seconds)
    after = await metrics(cdp)
    spent = {
        name: round(after[name] - before[name], 3) for name in ("ScriptDuration", "LayoutDuration", "TaskDuration")
    }
    aloft = await page.evaluate(ALOFT)
    await page.evaluate(RAF)
    await asyncio.sleep(seconds)
    raf: list[float] = await page.evaluate("() => window.raf.slice(2)")
    return {
        "seconds": seconds, "density": density, "aloft": [aloft_before, aloft],
        "trace": read_trace(events), "animation_frames": spread(raf), "main_thread_seconds": spent,
    }  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--size", default="1440x900")
    parser.add_argument("--density", type=int, default=40)
    options = parser.parse_args()
    width, height = (int(part) for part in options.size.split("x"))
    print(f"Chromium, headless; {os.cpu_count()} cores; load {os.getloadavg()[0]:.1f}; {datetime.now(UTC):%H:%M} UTC")
    result = asyncio.run(run(options.seconds, (width, height), options.density))
    print(json.dumps(result | {"size": options.size, "load": round(os.getloadavg()[0], 1)}, ensure_ascii=False))


if __name__ == "__main__":
    main()
