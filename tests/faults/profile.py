"""How much of a fault is endured, on what ground, and what it cost."""

from __future__ import annotations

import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Profile:
    """`quick` runs with the tests, `full` with `make faults`; each gives fresh, migrated databases to stand on."""

    is_full: bool
    seed: int
    directory: Path
    postgres: Callable[[], Awaitable[str]]
    sqlite: Callable[[], Awaitable[str]]

    def pick(self, quick: T, full: T) -> T:
        return full if self.is_full else quick

    @property
    def dice(self) -> random.Random:
        return random.Random(self.seed)


@dataclass(slots=True)
class Toll:
    """What a fault cost. Everything but `acked` must be zero, and every figure within its bound."""

    acked: int = 0
    lost: int = 0
    duplicated: int = 0
    gaps: int = 0
    reordered: int = 0
    refused: int = 0
    apart: int = 0
    figures: dict[str, float] = field(default_factory=dict)
    missed: list[str] = field(default_factory=list)

    def note(self, name: str, value: float, *, at_most: float | None = None, at_least: float | None = None) -> None:
        """Keep a figure; one beyond its bound is a miss."""
        self.figures[name] = round(value, 3)
        if at_most is not None and value > at_most:
            self.missed.append(f"{name} {value:.3f} > {at_most}")
        if at_least is not None and value < at_least:
            self.missed.append(f"{name} {value:.3f} < {at_least}")

    @property
    def is_exact(self) -> bool:
        """Nothing was lost, and nobody saw anything else than everybody."""
        faults = (self.lost, self.duplicated, self.gaps, self.reordered, self.refused, self.apart)
        return self.acked > 0 and not any(faults)

    @property
    def is_clean(self) -> bool:
        return self.is_exact and not self.missed

    @property
    def is_clean_but_for_time(self) -> bool:
        """For a machine that does other work beside: figures in seconds may be missed."""
        return self.is_exact and all(miss.partition(" ")[0].endswith("_s") for miss in self.missed)

    def add(self, other: Toll) -> None:
        """Count another stage of the same fault in."""
        for name in ("acked", "lost", "duplicated", "gaps", "reordered", "refused", "apart"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.figures |= other.figures
        self.missed += other.missed

    def line(self) -> dict[str, Any]:
        counts = {name: getattr(self, name) for name in ("acked", "lost", "duplicated", "gaps", "reordered")}
        more = {name: getattr(self, name) for name in ("refused", "apart") if getattr(self, name)}
        return counts | more | self.figures | ({"missed": self.missed} if self.missed else {})


def quantile(values: list[float], share: float) -> float:
    """The value below which `share` of them lie; 0 of none."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else 0.0
