"""What operators scrape: requests by route, and the live engine's own counters."""

from __future__ import annotations

import httpx

from server.settings import Settings
from tests.world import ORIGIN, World


async def test_metrics_show_requests_and_the_live_engine(small_world: World) -> None:
    stranger = await small_world.stranger()
    await stranger.read("/me")
    small_world.app.state.live.metrics.entries += 3

    text = (await stranger.client.get("/metrics")).text

    assert 'roadshow_requests_total{method="GET",route="/me",status="200"} 1.0' in text
    assert "roadshow_live_entries_total 3.0" in text
    assert "roadshow_live_connections 0.0" in text
    assert "roadshow_live_loop_lag_seconds" in text


async def test_metrics_show_how_late_the_loop_was_and_what_waits(small_world: World) -> None:
    stranger = await small_world.stranger()
    live = small_world.app.state.live.metrics
    before = sum(live.loop_lag.values())
    live.note_lag(3.0)
    live.note_lag(0.02)
    live.waiting_frames, live.slow_sockets = 7, 2

    text = (await stranger.client.get("/metrics")).text

    assert "roadshow_live_waiting_frames 7.0" in text
    assert "roadshow_live_slow_sockets 2.0" in text
    assert 'roadshow_live_loop_lag_bucket{le="+Inf"}' in text
    count = next(line for line in text.splitlines() if line.startswith("roadshow_live_loop_lag_count"))
    late = next(line for line in text.splitlines() if line.startswith('roadshow_live_loop_lag_bucket{le="2.5"}'))
    assert float(count.split()[1]) - float(late.split()[1]) == 1
    assert float(count.split()[1]) >= before + 2


async def asked(settings: Settings, **headers: str) -> int:
    async with World.open(settings) as world:
        return (await (await world.stranger()).client.get("/metrics", headers=headers)).status_code


async def test_metrics_are_for_this_machine_and_not_for_who_comes_through_a_proxy(settings: Settings) -> None:
    assert await asked(settings) == 200
    assert await asked(settings, **{"X-Forwarded-For": "203.0.113.9"}) == 404
    assert await asked(settings, **{"Forwarded": "for=203.0.113.9"}) == 404


async def test_metrics_with_a_token_are_for_who_shows_it(settings: Settings) -> None:
    closed = settings.model_copy(update={"metrics_token": "a long enough secret"})

    assert await asked(closed) == 404
    assert await asked(closed, Authorization="Bearer another") == 404
    assert await asked(closed, Authorization="Bearer a long enough secret") == 200


async def test_metrics_are_closed_to_other_machines(small_world: World) -> None:
    transport = httpx.ASGITransport(app=small_world.app, client=("203.0.113.9", 1))
    async with httpx.AsyncClient(transport=transport, base_url=ORIGIN) as client:
        assert (await client.get("/metrics")).status_code == 404
