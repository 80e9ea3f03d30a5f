"""Every setting, read once from environment variables that begin with `ROADSHOW_`."""

from __future__ import annotations

import os
from functools import cached_property
from pathlib import Path
from typing import Annotated, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr, ValidationError, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from server import checked

LOOPBACK = {"127.0.0.1", "::1", "localhost"}
ROOT = Path(__file__).resolve().parent.parent
Absent = BeforeValidator(lambda value: value or None)
"""An empty variable is one that is not set."""
RedisUrl = Annotated[str, AfterValidator(checked.redis_url)]
SmtpUrl = Annotated[str, AfterValidator(checked.smtp_url)]
BackupKey = Annotated[SecretStr, Field(min_length=16)]


class Settings(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="ROADSHOW_", frozen=True, extra="ignore")

    database_url: Annotated[str, AfterValidator(checked.database_url)] = Field(
        f"sqlite:///{ROOT / 'var' / 'roadshow.sqlite3'}",
        description="sqlite:///PATH or postgresql://USER:PASSWORD@HOST/NAME",
    )
    redis_url: Annotated[RedisUrl | None, Absent] = Field(
        None, description="redis://HOST:PORT/N; shares rooms and limits between processes"
    )
    host: Annotated[str, AfterValidator(checked.host)] = Field("127.0.0.1", description="Address to listen on")
    port: int = Field(8000, ge=0, le=65535, description="Port to listen on; 0 is any free one")
    base_url: Annotated[str, AfterValidator(checked.base_url)] = Field(
        "", description="The address people use, such as https://roadshow.example.org"
    )
    hosts: str = Field("", description="Comma-separated names this site is known by, beside that of base_url")
    demo: bool = Field(False, description="One-click roles and invented data; refused over https")
    files_dir: Path = Field(ROOT / "var" / "files", description="Where uploaded files are kept")
    most_uploaded_mib: int = Field(4096, gt=0, description="MiB of uploaded files each account may have")
    static_dir: Path = Field(ROOT / "frontend_static" / "dist", description="The built front end")
    smtp_url: Annotated[SmtpUrl | None, Absent] = Field(
        None, description="smtp://USER:PASSWORD@HOST:PORT; without it mail is only logged"
    )
    mail_from: Annotated[str, AfterValidator(checked.mail_from)] = Field(
        "roadshow@localhost", description="The sender of every letter"
    )
    login_days: int = Field(14, ge=1, le=3650, description="How long a sign-in lasts")
    trusted_proxies: Annotated[str, AfterValidator(checked.proxies)] = Field(
        "", description="Comma-separated addresses whose X-Forwarded-* are believed"
    )
    connections_per_address: int = Field(
        2000, ge=0, description="Connections that one address may have open for requests; 0 is any number"
    )
    uncounted_addresses: Annotated[str, AfterValidator(checked.proxies)] = Field(
        "127.0.0.0/8,::1", description="Comma-separated addresses that may have any number; trusted proxies always may"
    )
    metrics_token: str = Field("", description="Who shows it as a bearer token reads /metrics; else only this machine")
    rate_limits: bool = Field(True, description="Off only in load tests")
    log_level: Annotated[str, AfterValidator(lambda text: checked.one_of(text, checked.LEVELS))] = Field(
        "info", description="debug, info, warning or error"
    )
    log_format: Annotated[str, AfterValidator(lambda text: checked.one_of(text, checked.FORMATS))] = Field(
        "text", description="text or json"
    )
    backup_key: Annotated[BackupKey | None, Absent] = Field(
        None, description="Encrypts backups; at least 16 characters, and nothing restores them without it"
    )

    @model_validator(mode="after")
    def demo_stays_at_home(self) -> Self:
        """Demo mode lets anybody be anyone, so it starts on this machine's own address only."""
        addresses = {self.host, urlsplit(self.base_url).hostname or self.host}
        if self.demo and (self.is_https or not addresses <= LOOPBACK):
            raise checked.wrong(
                "ROADSHOW_DEMO=1 只能在本机地址（127.0.0.1）上使用，请检查 ROADSHOW_HOST 与 ROADSHOW_BASE_URL。",
                "ROADSHOW_DEMO=1 is for this machine's own address (127.0.0.1): see ROADSHOW_HOST, ROADSHOW_BASE_URL.",
            )
        return self

    @cached_property
    def is_sqlite(self) -> bool:
        return self.database_url.startswith("sqlite")

    @cached_property
    def public_url(self) -> str:
        return (self.base_url or f"http://{self.host}:{self.port}").rstrip("/")

    @cached_property
    def is_https(self) -> bool:
        return self.public_url.startswith("https://")

    @cached_property
    def sqlite_path(self) -> Path:
        return Path(self.database_url.removeprefix("sqlite+aiosqlite:///").removeprefix("sqlite:///"))


def load() -> Settings:
    """The settings of the environment. Raises `SettingsWrong`."""
    try:
        return Settings()
    except ValidationError as error:
        raise checked.told(error) from None


def ignored() -> list[tuple[str, str]]:
    """What the environment has with our prefix and nothing reads, a sentence each in zh-CN and in en."""
    return checked.unknown(os.environ, Settings.model_fields)
