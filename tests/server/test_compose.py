"""The shipped composition: every service is watched, no secret has a default, every word in it exists."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.main import get_command

from server.cli import app
from server.settings import Settings

ROOT = Path(__file__).parent.parent.parent
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
ONE_SHOT = {"migrate"}


@pytest.mark.parametrize("name", sorted(SERVICES.keys() - ONE_SHOT))
def test_every_lasting_service_has_a_healthcheck(name: str) -> None:
    assert SERVICES[name]["healthcheck"]["test"]


def test_secrets_come_from_the_environment_and_have_no_default() -> None:
    secrets = [
        str(value)
        for service in SERVICES.values()
        for key, value in service.get("environment", {}).items()
        if "PASSWORD" in key or key.endswith(("DATABASE_URL", "REDIS_URL"))
    ]

    assert secrets
    assert all("${" in value and ":-" not in value for value in secrets)


def test_every_variable_is_a_setting() -> None:
    known = {f"ROADSHOW_{name.upper()}" for name in Settings.model_fields}
    used = {key for name in ("app", "worker", "migrate") for key in SERVICES[name]["environment"]}

    assert used <= known


@pytest.mark.parametrize("name", ["app", "worker", "migrate"])
def test_every_command_exists(name: str) -> None:
    commands = get_command(app).commands  # type: ignore[attr-defined]

    assert SERVICES[name]["command"][0] in commands


def test_only_the_proxy_is_reachable_from_outside() -> None:
    assert [name for name, service in SERVICES.items() if "ports" in service] == ["proxy"]
