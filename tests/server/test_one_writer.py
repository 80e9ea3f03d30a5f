"""On SQLite nothing writes beside a server: every command that writes is refused, every other one is known to read."""

from __future__ import annotations

from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from server.cli import app
from server.serve import alone_on
from server.settings import Settings

WRITES = {
    "serve": ["serve"],
    "worker": ["worker"],
    "migrate": ["migrate"],
    "demo": ["demo"],
    "import": ["import", "o", "companies", "{file}"],
    "restore": ["restore", "{file}", "--replace"],
    "held-letters": ["held-letters", "send"],
    "confirm": ["confirm", "a@example.com"],
    "draft-migration": ["draft-migration", "x"],
}
READS = {"backup", "changes", "doctor", "openapi", "asyncapi", "verify"}


def test_every_command_is_known_to_read_or_to_write() -> None:
    names = set(typer.main.get_group(app).commands)

    assert names == WRITES.keys() | READS


@pytest.mark.parametrize("name", WRITES)
def test_command_that_writes_is_refused_beside_a_server(
    name: str, sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file.csv").write_text("名称\n某公司\n")
    for variable, value in {"DATABASE_URL": sqlite_url, "FILES_DIR": str(tmp_path / "files"), "DEMO": "1"}.items():
        monkeypatch.setenv(f"ROADSHOW_{variable}", value)
    before = (tmp_path / "test.sqlite3").read_bytes()
    words = [word.format(file=tmp_path / "file.csv") for word in WRITES[name]]

    with alone_on(Settings(database_url=sqlite_url)):
        done = CliRunner().invoke(app, words)

    assert done.exit_code == 1
    assert "already serves this database or writes to it" in done.output
    assert "正在使用该数据库" in done.output
    assert (tmp_path / "test.sqlite3").read_bytes() == before


@pytest.mark.parametrize("words", [["verify"], ["doctor"], ["backup", "{place}"], ["held-letters", "show"]])
def test_command_that_reads_runs_beside_a_server(
    words: list[str], sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ROADSHOW_DATABASE_URL", sqlite_url)
    monkeypatch.setenv("ROADSHOW_FILES_DIR", str(tmp_path / "files"))
    monkeypatch.setenv("ROADSHOW_STATIC_DIR", str(tmp_path))
    (tmp_path / "index.html").write_text("")

    with alone_on(Settings(database_url=sqlite_url)):
        done = CliRunner().invoke(app, [word.format(place=tmp_path) for word in words])

    assert done.exit_code == 0, done.output
