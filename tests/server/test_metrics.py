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
