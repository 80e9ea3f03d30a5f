"""The counters of one process, in Prometheus' form."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import accumulate
from typing import Any

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector
from prometheus_client.utils import floatToGoString


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


GAUGES = ("connections", "streams", "_seconds", "waiting_frames", "slow_sockets")


class LiveCollector(Collector):
    """The live engine's plain counters as metrics; `read` returns name → value at this moment.

    A value that is a mapping of bounds to counts is a histogram; what it adds up to is under its name with `_sum`.
    """

    def __init__(self, read: Callable[[], dict[str, Any]]) -> None:
        self._read = read

    def collect(self) -> Iterator[Metric]:
        values = self._read()
        histograms = {name: value for name, value in values.items() if isinstance(value, dict)}
        for name, counts in histograms.items():
            buckets = zip(map(floatToGoString, counts), accumulate(counts.values()), strict=True)
            total = values.pop(f"{name}_sum")
            yield HistogramMetricFamily(f"roadshow_live_{name}", f"Live engine: {name}", list(buckets), total)
            del values[name]
        for name, value in values.items():
            family = GaugeMetricFamily if name.endswith(GAUGES) else CounterMetricFamily
            metric = family(f"roadshow_live_{name}", f"Live engine: {name}")
            metric.add_metric([], value)
            yield metric
