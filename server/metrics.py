"""The counters of one process, in Prometheus' form."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector


class Metrics:
    """The counters of one process, and whatever other parts add as collectors."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.requests = Counter(
            "roadshow_requests", "Requests answered", ["method", "route", "status"], registry=self.registry
        )
        self.seconds = Histogram(
            "roadshow_request_seconds", "Time to answer", ["route"], registry=self.registry,
            buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
        )  # fmt: skip

    def text(self) -> bytes:
        return bytes(generate_latest(self.registry))


class LiveCollector(Collector):
    """The live engine's plain counters as metrics; `read` returns name → value at this moment."""

    def __init__(self, read: Callable[[], dict[str, float]]) -> None:
        self._read = read

    def collect(self) -> Iterator[Metric]:
        for name, value in self._read().items():
            family = GaugeMetricFamily if name.endswith(("connections", "streams", "_seconds")) else CounterMetricFamily
            metric = family(f"roadshow_live_{name}", f"Live engine: {name}")
            metric.add_metric([], value)
            yield metric
