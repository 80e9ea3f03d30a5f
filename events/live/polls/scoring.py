"""A contest's totals, each explained by its terms: pure, in hundredths of a point, the same whatever the order of rows.

Every term runs from 0 to 100 points:
- jury: a judge's sheet is the weighted mean of its criteria on the scale; a project's term is the mean of the complete
  sheets on it. Corrected for harshness, each sheet is moved by how far its judge stands from the others on the same
  projects; raw and corrected means stand side by side, and the contest says which one counts.
- commitments: what institutions commit at least, each once with its largest amount and up to the cap, relative to
  the project that drew most.
- audience: the room's poll, as a part of the scale (rating) or relative to the option chosen most (any other).

The total is the weighted mean of the rounded terms, rounded: what is shown is what decides. Equal totals are told
apart by jury, then commitments, then audience; what is still equal shares its place, and the next place is left out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

POINTS = 100
HUNDRED = 100


class Decided(StrEnum):
    """What told a place from the one after it."""

    TOTAL = "total"
    JURY = "jury"
    COMMITMENTS = "commitments"
    AUDIENCE = "audience"
    SHARED = "shared"


@dataclass(frozen=True, slots=True)
class Weights:
    jury: int
    commitments: int
    audience: int


@dataclass(frozen=True, slots=True)
class Commitment:
    """What an institution commits to a project at least."""

    project_id: str
    institution_id: str
    amount_fen: int


@dataclass(frozen=True, slots=True)
class Sheets:
    """What judges gave: `points[judge, project, criterion]` from 0 to `scale`; `criteria` with their weights."""

    criteria: Mapping[str, int]
    scale: int
    judges: Sequence[str]
    projects: Sequence[str]
    points: Mapping[tuple[str, str, str], int]

    def is_complete(self, judge: str, project: str) -> bool:
        return all((judge, project, criterion) in self.points for criterion in self.criteria)

    def missing(self) -> list[tuple[str, str]]:
        """Judge and project of every sheet that is not complete: it does not count."""
        return [(j, p) for j in self.judges for p in self.projects if not self.is_complete(j, p)]


@dataclass(frozen=True, slots=True)
class Entry:
    """One project's terms and total in hundredths of a point, and its place."""

    project_id: str
    jury: int
    jury_raw: int
    jury_corrected: int
    sheets: int
    commitments: int
    committed_fen: int
    institutions: int
    audience: int
    total: int
    place: int = 0
    decided: Decided = Decided.TOTAL

    @property
    def key(self) -> tuple[int, int, int, int]:
        return self.total, self.jury, self.commitments, self.audience


def standings(
    sheets: Sheets, commitments: Sequence[Commitment], cap_fen: int, audience: Mapping[str, Fraction],
    weights: Weights, *, corrected: bool,
) -> list[Entry]:  # fmt: skip
    """Every project with its terms, the best first; equals in order of id."""
    raw = {judge_project: sheet(sheets, *judge_project) for judge_project in _complete(sheets)}
    moved = harshness_corrected(raw)
    committed = {project: committed_to(project, commitments, cap_fen) for project in sheets.projects}
    most = max((amount for amount, _ in committed.values()), default=0)
    found = []
    for project in sheets.projects:
        amount, institutions = committed[project]
        jury_raw, jury_corrected = (hundredths(_mean_of(project, given)) for given in (raw, moved))
        terms = (
            jury_corrected if corrected else jury_raw,
            hundredths(Fraction(POINTS * amount, most)) if most else 0,
            hundredths(POINTS * audience.get(project, Fraction(0))),
        )
        found.append(
            Entry(
                project, terms[0], jury_raw, jury_corrected, sum(1 for _, each in raw if each == project),
                terms[1], amount, institutions, terms[2], total_of(terms, weights),
            )
        )  # fmt: skip
    return placed(found)


def total_of(terms: tuple[int, int, int], weights: Weights) -> int:
    """The weighted mean of rounded terms, in hundredths, halves up."""
    parts = (weights.jury, weights.commitments, weights.audience)
    whole = sum(parts)
    summed = sum(weight * term for weight, term in zip(parts, terms, strict=True))
    return (2 * summed + whole) // (2 * whole) if whole else 0


def sheet(sheets: Sheets, judge: str, project: str) -> Fraction:
    """A complete sheet's points, 0 to 100."""
    whole = sum(sheets.criteria.values()) * sheets.scale
    given = sum(weight * sheets.points[judge, project, criterion] for criterion, weight in sheets.criteria.items())
    return Fraction(POINTS * given, whole)


def harshness_corrected(raw: Mapping[tuple[str, str], Fraction]) -> dict[tuple[str, str], Fraction]:
    """Each sheet moved by its judge's mean distance from the mean of all sheets on the same projects."""
    means = {project: _mean_of(project, raw) for _, project in raw}
    distances: dict[str, list[Fraction]] = {}
    for (judge, project), points in raw.items():
        distances.setdefault(judge, []).append(points - means[project])
    offset = {judge: sum(each, Fraction()) / len(each) for judge, each in distances.items()}
    return {
        (judge, project): min(Fraction(POINTS), max(Fraction(), points - offset[judge]))
        for (judge, project), points in raw.items()
    }


def committed_to(project: str, commitments: Sequence[Commitment], cap_fen: int) -> tuple[int, int]:
    """Capped amounts of distinct institutions, and how many those are."""
    largest: dict[str, int] = {}
    for each in commitments:
        if each.project_id == project:
            largest[each.institution_id] = max(largest.get(each.institution_id, 0), each.amount_fen)
    return sum(min(amount, cap_fen) for amount in largest.values()), len(largest)


def placed(entries: Sequence[Entry]) -> list[Entry]:
    """With places, and with what decided each: shared places are followed by a gap."""
    best_first = sorted(entries, key=lambda entry: (tuple(-part for part in entry.key), entry.project_id))
    keys = [entry.key for entry in best_first]
    return [_with_place(entry, keys) for entry in best_first]


def _with_place(entry: Entry, keys: Sequence[tuple[int, int, int, int]]) -> Entry:
    place = 1 + sum(1 for key in keys if key > entry.key)
    fields = {name: getattr(entry, name) for name in entry.__slots__}
    return Entry(**fields | {"place": place, "decided": _decided(entry.key, keys)})


def _decided(own: tuple[int, int, int, int], keys: Sequence[tuple[int, int, int, int]]) -> Decided:
    """The latest rule any equal total was told apart by, as seen from this entry."""
    rivals = [key for key in keys if key[0] == own[0]]
    if len(rivals) == 1:
        return Decided.TOTAL
    if rivals.count(own) > 1:
        return Decided.SHARED
    if [key[1] for key in rivals].count(own[1]) == 1:
        return Decided.JURY
    return Decided.COMMITMENTS if [key[1:3] for key in rivals].count(own[1:3]) == 1 else Decided.AUDIENCE


def hundredths(points: Fraction) -> int:
    """In hundredths, halves up."""
    return (2 * points.numerator * HUNDRED + points.denominator) // (2 * points.denominator)


def _complete(sheets: Sheets) -> list[tuple[str, str]]:
    return [(j, p) for j in sheets.judges for p in sheets.projects if sheets.is_complete(j, p)]


def _mean_of(project: str, points: Mapping[tuple[str, str], Fraction]) -> Fraction:
    given = [value for (_, each), value in points.items() if each == project]
    return sum(given, Fraction()) / len(given) if given else Fraction()
