"""The server as it is, with a live room that beats and loses patience some times faster; only tests start it this way.

ROADSHOW_TEST_HASTE says how many times.
"""

from __future__ import annotations

import os

from realtime import presence, protocol, registry
from realtime.frames import DEADMAN_SECONDS, HEARTBEAT_SECONDS
from server import serve
from server.settings import Settings


def hurry(times: float) -> None:
    """Shorten what the live room waits for."""
    protocol.HEARTBEAT_SECONDS = HEARTBEAT_SECONDS / times  # type: ignore[misc, assignment]
    protocol.DEADMAN_SECONDS = DEADMAN_SECONDS / times  # type: ignore[misc, assignment]
    presence.LEASE_SECONDS /= times  # type: ignore[misc]
    presence.RENEW_SECONDS /= times  # type: ignore[misc]
    presence.COUNT_SECONDS /= times  # type: ignore[misc]
    registry.TICK_SECONDS /= times  # type: ignore[misc]


if __name__ == "__main__":
    hurry(float(os.environ["ROADSHOW_TEST_HASTE"]))
    serve.serve(Settings())
