"""How the command line says no: a plain sentence in two languages on standard error, an exit code, never a traceback.

Exit code 2: a setting is wrong, or what it names cannot be used. Exit code 1: everything else that is refused.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import typer
from rich.console import Console
from sqlalchemy.exc import SQLAlchemyError
from typer.core import TyperGroup

from events.errors import Refusal
from server.alone import CannotServe
from server.checked import SettingsWrong
from server.settings import ignored

errors = Console(stderr=True)
SETTING, REFUSED = 2, 1


class PlainGroup(TyperGroup):
    """A group whose every command speaks so."""

    def invoke(self, ctx: Any) -> Any:
        for zh, en in ignored():
            tell(zh, en, "yellow")
        with plain_words():
            return super().invoke(ctx)


def tell(zh: str, en: str, colour: str = "red") -> None:
    for sentence in dict.fromkeys((zh, en)):
        errors.print(f"[{colour}]●[/]", end=" ", highlight=False)
        errors.print(sentence, style=None, markup=False, highlight=False, soft_wrap=True)


@contextmanager
def plain_words() -> Iterator[None]:
    """What cannot be done is told in words."""
    try:
        yield
    except SettingsWrong as error:
        for zh, en in error.sentences:
            tell(zh, en)
        raise typer.Exit(SETTING) from None
    except Refusal as refusal:
        told = [f"{refusal.message[language]} {refusal.fix[language]}".strip() for language in ("zh-CN", "en")]
        tell(told[0], told[1])
        raise typer.Exit(REFUSED) from None
    except CannotServe as reason:
        tell(str(reason), str(reason))
        raise typer.Exit(REFUSED) from None
    except BrokenPipeError:
        with suppress(OSError):
            sys.stdout.close()
        raise typer.Exit(REFUSED) from None
    except (SQLAlchemyError, OSError, TimeoutError) as error:
        _not_usable(error)
    except Exception as error:
        if not type(error).__module__.startswith("asyncpg"):
            raise
        _not_usable(error)


def _not_usable(error: Exception) -> None:
    """The database, or the ground the process stands on. Drivers say where; addresses with passwords they do not."""
    cause = getattr(error, "orig", None) or error
    what = str(cause).partition("\n")[0] or type(cause).__name__
    tell(
        f"数据库或文件无法使用：{what}。请检查 ROADSHOW_DATABASE_URL 与 ROADSHOW_FILES_DIR，或运行 roadshow doctor。",
        f"The database or a file cannot be used: {what}. Check ROADSHOW_DATABASE_URL and ROADSHOW_FILES_DIR, "
        "or run: roadshow doctor",
    )
    raise typer.Exit(SETTING) from None
