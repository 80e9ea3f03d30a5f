"""The house keeps its floors: imports only point down, and there are no circles."""

from __future__ import annotations

import ast
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
GROUND = ["base", "errors", "actor", "paging", "log", "audit", "many", "search", "changes", "claims", "outbox"]
CONTEXTS = [
    {"accounts", "directory"},
    {"programme"},
    {"registrations", "live", "deals"},
    {"calendars", "exports", "feeds"},
]
FORBIDDEN = {
    "events": {"server", "realtime", "starlette", "fastapi", "uvicorn", "redis", "channels", "os.environ"},
    "realtime": {"server", "events", "fastapi", "sqlalchemy"},
}


def imports_of(path: Path) -> set[str]:
    """Every module this file imports, as written; `from a import b` gives both `a` and `a.b`."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def modules_of(package: str) -> dict[str, Path]:
    paths = (ROOT / package).rglob("*.py")
    return {".".join(p.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): p for p in paths}


@pytest.mark.parametrize("package", sorted(FORBIDDEN))
def test_lower_packages_do_not_know_the_higher(package: str) -> None:
    broken = [
        f"{name} imports {imported}"
        for name, path in modules_of(package).items()
        for imported in sorted(imports_of(path))
        if any(imported == far or imported.startswith(f"{far}.") for far in FORBIDDEN[package])
    ]

    assert broken == []


def test_contexts_import_only_what_stands_below_them() -> None:
    floor = {context: level for level, contexts in enumerate(CONTEXTS) for context in contexts}
    broken = []
    for name, path in modules_of("events").items():
        context = name.split(".")[1] if name.count(".") >= 1 else ""
        for imported in imports_of(path):
            other = imported.split(".")[1] if imported.startswith("events.") else ""
            if other not in floor or other == context or name == "events.tables":
                continue
            if context not in floor or floor[other] > floor[context] or (floor[other] == floor[context] != 0):
                broken.append(f"{name} imports {imported}")

    assert sorted(broken) == []


@pytest.mark.parametrize("package", ["events", "realtime", "server"])
def test_modules_import_each_other_in_no_circle(package: str) -> None:
    modules = modules_of(package)
    graph = {name: (imports_of(path) & modules.keys()) - {name} for name, path in modules.items()}

    order = list(TopologicalSorter(graph).static_order())

    assert len(order) == len(modules)
