"""A setting that cannot be: a sentence in each language, exit code 2, and no traceback, whatever the command."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from pydantic import ValidationError

from server.checked import SettingsWrong, told, unknown
from server.ground import check_ground
from server.settings import Settings
from tests.faults.nodes import ROOT

WRONG = {
    "trusted_proxies": ["nonsense", "10.0.0.0/33", "10.0.0.1 10.0.0.2"],
    "database_url": ["mysql://a:b@c/d", "oracle://x", "sqlite://", "sqlite:///:memory:", "nonsense",
                     "", "postgresql://h:x/d", "postgresql://h:99999/d", "postgres://h/d", "postgresql+psycopg://h/d"],
    "redis_url": ["localhost:6379", "http://h", "redis://", "redis://h:x", "redis://h:70000", "redis://h/0x",
                  "redis://a b"],
    "smtp_url": ["mail.example.org", "smtp://", "smtp://h:x", "smtp://h:0", "http://h"],
    "base_url": ["roadshow.example.org", "//h", "ftp://h", "https://", "https://h:x", "https://h/path", "https://h?x", "https://a@h"],
    "log_level": ["loud", ""],
    "log_format": ["xml", ""],
    "port": ["-1", "65536", "http", "", "1.5"],
    "login_days": ["0", "-3", "soon"],
    "mail_from": ["nobody", "a@", "@b", "a@b\nBcc: c@d", "a b"],
    "host": ["", "a b", "http://h"],
    "backup_key": ["short"],
    "demo": ["perhaps"],
}  # fmt: skip
FINE = {
    "trusted_proxies": ["", "10.0.0.1", "10.0.0.1, 172.30.0.0/24", "::1"],
    "database_url": ["sqlite:///x.sqlite3", "sqlite:////a/b", "postgresql://u:p@h:5432/d", "postgresql+asyncpg://h/d"],
    "redis_url": ["", "redis://h", "redis://:p@h:6379/0", "rediss://h/1", "unix:///run/redis.sock"],
    "smtp_url": ["", "smtp://u:p@h:587", "smtps://h"],
    "base_url": ["", "https://h", "http://127.0.0.1:8000", "https://h/"],
    "log_level": ["INFO", "debug"],
    "mail_from": ["a@b.example", "roadshow@localhost"],
}


@pytest.mark.parametrize(("name", "value"), [(name, value) for name, values in WRONG.items() for value in values])
def test_value_that_cannot_be_is_told_in_two_languages(name: str, value: str) -> None:
    with pytest.raises(ValidationError) as error:
        Settings(**{name: value})  # type: ignore[arg-type]
    ((zh, en),) = told(error.value).sentences

    assert zh.startswith(f"ROADSHOW_{name.upper()} ")
    assert en.startswith(f"ROADSHOW_{name.upper()} ")
    assert any("一" <= letter <= "鿿" for letter in zh)
    assert en.isascii() or "“" in en or "…" in en


@pytest.mark.parametrize(("name", "value"), [(name, value) for name, values in FINE.items() for value in values])
def test_value_that_can_be_is_taken(name: str, value: str) -> None:
    Settings(**{name: value})  # type: ignore[arg-type]


def test_passwords_in_addresses_are_not_repeated() -> None:
    for name, value in (("database_url", "mysql://u:hunter2@h/d"), ("smtp_url", "smtp://u:hunter2@h:x")):
        with pytest.raises(ValidationError) as error:
            Settings(**{name: value})  # type: ignore[arg-type]
        assert "hunter2" not in str(told(error.value).sentences)


def test_variable_that_nothing_reads_is_named_with_the_nearest() -> None:
    names = ["ROADSHOW_DATABSE_URL", "ROADSHOW_PORT", "PATH", "ROADSHOW_WORKERS", "ROADSHOW_COLOUR_OF_THE_SKY"]

    sentences = [en for _, en in unknown(names, Settings.model_fields)]

    assert sentences == [
        "ROADSHOW_COLOUR_OF_THE_SKY is no setting and is ignored.",
        "ROADSHOW_DATABSE_URL is no setting and is ignored. Did you mean ROADSHOW_DATABASE_URL?",
    ]


def test_places_that_cannot_be_used_are_told_all_at_once(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("this is no database at all")
    settings = Settings(
        database_url=f"sqlite:///{tmp_path / 'file'}",
        files_dir=tmp_path / "file" / "files",
        static_dir=tmp_path / "file",
    )

    with pytest.raises(SettingsWrong) as error:
        check_ground(settings)

    assert [en.partition(" ")[0] for _, en in error.value.sentences] == [
        "ROADSHOW_DATABASE_URL", "ROADSHOW_FILES_DIR", "ROADSHOW_STATIC_DIR",
    ]  # fmt: skip


def run(place: Path, *words: str, **variables: str) -> subprocess.CompletedProcess[str]:
    ours = {
        "ROADSHOW_DATABASE_URL": f"sqlite:///{place / 'x.sqlite3'}",
        "ROADSHOW_FILES_DIR": str(place / "files"),
        "ROADSHOW_PORT": "0",
    }
    return subprocess.run(
        [sys.executable, "-m", "server", *words],
        cwd=ROOT, env=os.environ | ours | variables, capture_output=True, text=True, timeout=60,
    )  # fmt: skip


COMMANDS = [
    ("serve",),
    ("worker",),
    ("migrate",),
    ("doctor",),
    ("verify",),
    ("openapi",),
    ("backup", "x"),
    ("held-letters",),
]


@pytest.mark.parametrize("words", COMMANDS, ids=lambda words: words[0])
def test_every_command_says_so_and_ends_with_2(words: tuple[str, ...], tmp_path: Path) -> None:
    done = run(tmp_path, *words, ROADSHOW_TRUSTED_PROXIES="nonsense", ROADSHOW_LOG_LEVEL="loud")

    assert done.returncode == 2
    assert "Traceback" not in done.stderr + done.stdout
    assert done.stderr.count("ROADSHOW_TRUSTED_PROXIES") == done.stderr.count("ROADSHOW_LOG_LEVEL") == 2
    assert not (tmp_path / "x.sqlite3").exists()


@pytest.mark.parametrize(
    ("words", "variables"),
    [
        (("migrate",), {"ROADSHOW_DATABASE_URL": "sqlite:////proc/nowhere/x.sqlite3"}),
        (("migrate",), {"ROADSHOW_DATABASE_URL": "postgresql://u:hunter2@127.0.0.1:1/d"}),
        (("verify",), {"ROADSHOW_DATABASE_URL": "postgresql://u:hunter2@127.0.0.1:1/d"}),
        (("serve",), {"ROADSHOW_FILES_DIR": "/proc/nowhere"}),
    ],
)
def test_what_a_setting_names_and_cannot_be_used_ends_with_2(
    words: tuple[str, ...], variables: dict[str, str], tmp_path: Path
) -> None:
    done = run(tmp_path, *words, **variables)

    assert done.returncode == 2
    assert "Traceback" not in done.stderr + done.stdout
    assert "hunter2" not in done.stderr + done.stdout
    assert "ROADSHOW_" in done.stderr


def test_file_that_is_no_database_is_not_served(tmp_path: Path) -> None:
    (tmp_path / "x.sqlite3").write_text("a text that somebody put there by mistake")

    done = run(tmp_path, "serve")

    assert (done.returncode, "Traceback" in done.stderr) == (2, False)
    assert (tmp_path / "x.sqlite3").read_text().startswith("a text")
