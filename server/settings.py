"""Every setting, read once from environment variables that begin with `ROADSHOW_`."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit

from pydantic import Field, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

LOOPBACK = {"127.0.0.1", "::1", "localhost"}
ROOT = Path(__file__).resolve().parent.parent


class Settings(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="ROADSHOW_", frozen=True, extra="ignore")

    database_url: str = Field(
        f"sqlite:///{ROOT / 'var' / 'roadshow.sqlite3'}",
        description="sqlite:///PATH or postgresql://USER:PASSWORD@HOST/NAME",
    )
    redis_url: str | None = Field(None, description="redis://HOST:PORT/N; shares rooms and limits between processes")
    host: str = Field("127.0.0.1", description="Address to listen on")
    port: int = Field(8000, description="Port to listen on")
    base_url: str = Field("", description="The address people use, such as https://roadshow.example.org")
    demo: bool = Field(False, description="One-click roles and invented data; refused over https")
    files_dir: Path = Field(ROOT / "var" / "files", description="Where uploaded files are kept")
    static_dir: Path = Field(ROOT / "frontend_static" / "dist", description="The built front end")
    smtp_url: str | None = Field(None, description="smtp://USER:PASSWORD@HOST:PORT; without it mail is only logged")
    mail_from: str = Field("roadshow@localhost", description="The sender of every letter")
    login_days: int = Field(14, description="How long a sign-in lasts")
    trusted_proxies: str = Field("", description="Comma-separated addresses whose X-Forwarded-* are believed")
    rate_limits: bool = Field(True, description="Off only in load tests")
    log_level: str = Field("info", description="debug, info, warning or error")
    log_format: str = Field("text", description="text or json")

    @model_validator(mode="after")
    def demo_stays_at_home(self) -> Self:
        """Demo mode lets anybody be anyone, so it starts on this machine's own address only."""
        addresses = {self.host, urlsplit(self.base_url).hostname or self.host}
        if self.demo and (self.is_https or not addresses <= LOOPBACK):
            raise ValueError("ROADSHOW_DEMO=1 is refused unless host and base_url are this machine's own (127.0.0.1)")
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
