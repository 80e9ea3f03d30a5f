"""What operators scrape: requests by route, and the live engine's own counters."""

from __future__ import annotations

from tests.world import World


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
