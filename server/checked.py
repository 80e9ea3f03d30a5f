"""What each setting may be, said in two languages when it is something else. No secret is repeated."""

from __future__ import annotations

import difflib
import ipaddress
from collections.abc import Iterable, Mapping
from email.errors import HeaderParseError
from email.headerregistry import Address
from urllib.parse import urlsplit

from pydantic import ValidationError
from pydantic_core import PydanticCustomError
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

PREFIX = "ROADSHOW_"
FOR_TESTS = "ROADSHOW_TEST_"
LEVELS = ("debug", "info", "warning", "error")
FORMATS = ("text", "json")
DRIVERS = {"sqlite", "sqlite+aiosqlite", "postgresql", "postgresql+asyncpg"}
ELSEWHERE = {"WORKERS", "DOMAIN"}
"""Variables that the command line and the compose file read."""

BUILT_IN = {
    "int_parsing": ("应为整数。", "must be a whole number."),
    "bool_parsing": ("应为 1 或 0。", "must be 1 or 0."),
    "greater_than_equal": ("过小，至少为 {ge}。", "is too small; at least {ge}."),
    "less_than_equal": ("过大，至多为 {le}。", "is too large; at most {le}."),
    "string_too_short": ("过短，至少 {min_length} 个字符。", "is too short; at least {min_length} characters."),
    "too_short": ("过短，至少 {min_length} 个字符。", "is too short; at least {min_length} characters."),
}


class SettingsWrong(Exception):
    """Which settings cannot be, a sentence each in zh-CN and in en."""

    def __init__(self, sentences: list[tuple[str, str]]) -> None:
        self.sentences = sentences
        super().__init__("; ".join(en for _, en in sentences))


def wrong(zh: str, en: str) -> PydanticCustomError:
    """What a validator raises."""
    return PydanticCustomError("setting", "{en}", {"zh": zh, "en": en})


def told(error: ValidationError) -> SettingsWrong:
    """Pydantic's findings as sentences that name the variable."""
    sentences = []
    for each in error.errors(include_url=False, include_input=False):
        name = PREFIX + str(each["loc"][0]).upper() if each["loc"] else ""
        details = each.get("ctx", {})
        if each["type"] in BUILT_IN:
            zh, en = (text.format_map(details) for text in BUILT_IN[each["type"]])
        else:
            zh, en = details.get("zh", f"无效：{each['msg']}"), details.get("en", f"is not valid: {each['msg']}")
        sentences.append((f"{name} {zh}".strip(), f"{name} {en}".strip()))
    return SettingsWrong(sentences)


def unknown(names: Iterable[str], fields: Mapping[str, object]) -> list[tuple[str, str]]:
    """Sentences about variables with our prefix that nothing reads, such as a slip of the finger."""
    known = {PREFIX + field.upper() for field in fields} | {PREFIX + name for name in ELSEWHERE}
    sentences = []
    for name in sorted(names):
        if name.upper().startswith(PREFIX) and name.upper() not in known and not name.upper().startswith(FOR_TESTS):
            near = difflib.get_close_matches(name.upper(), known, 1, 0.75)
            zh = f"{name} 不是任何设置，已忽略。" + (f"是否想写 {near[0]}？" if near else "")
            en = f"{name} is no setting and is ignored." + (f" Did you mean {near[0]}?" if near else "")
            sentences.append((zh, en))
    return sentences


def database_url(url: str) -> str:
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):
        raise wrong("应为 sqlite:///路径 或 postgresql://用户:密码@主机/库名。",
                    "must be sqlite:///PATH or postgresql://USER:PASSWORD@HOST/NAME.") from None  # fmt: skip
    if parsed.drivername not in DRIVERS:
        raise wrong(f"不支持 {parsed.drivername}，请用 sqlite:///路径 或 postgresql://…。",
                    f"cannot be {parsed.drivername}: use sqlite:///PATH or postgresql://….")  # fmt: skip
    if parsed.drivername.startswith("sqlite") and parsed.database in {None, "", ":memory:"}:
        raise wrong("缺少 SQLite 文件的路径。", "names no file: use sqlite:///PATH.")
    if parsed.port is not None and not 0 < parsed.port < 65536:
        raise wrong("端口应在 1 到 65535 之间。", "has a port that is not between 1 and 65535.")
    return url


def server_url(url: str, schemes: tuple[str, ...], like: str) -> str:
    """An address of Redis or of a mail server."""
    try:
        parts = urlsplit(url)
        is_whole = parts.scheme in schemes and bool(parts.hostname or (parts.scheme == "unix" and parts.path))
        is_whole = is_whole and parts.port != 0
    except ValueError:
        is_whole = False
    if not is_whole or any(letter.isspace() for letter in url):
        raise wrong(f"应为 {like}。", f"must be {like}.")
    return url


def redis_url(url: str) -> str:
    like = "redis://HOST:PORT/N"
    server_url(url, ("redis", "rediss", "unix"), like)
    number = urlsplit(url).path.strip("/")
    if not url.startswith("unix") and number and not number.isdecimal():
        raise wrong(f"应为 {like}，N 为数字。", f"must be {like}, N a number.")
    return url


def smtp_url(url: str) -> str:
    return server_url(url, ("smtp", "smtps"), "smtp://USER:PASSWORD@HOST:PORT")


def base_url(url: str) -> str:
    """Scheme, host and port; nothing behind."""
    if not url:
        return url
    server_url(url, ("http", "https"), "https://HOST")
    parts = urlsplit(url)
    if parts.path.strip("/") or parts.query or parts.fragment or parts.username is not None:
        raise wrong("只能含协议、主机和端口，如 https://roadshow.example.org。",
                    "has more than scheme, host and port: write it like https://roadshow.example.org.")  # fmt: skip
    return url.rstrip("/")


def proxies(text: str) -> str:
    for part in filter(None, (part.strip() for part in text.split(","))):
        try:
            ipaddress.ip_network(part, strict=False)
        except ValueError:
            raise wrong(f"“{part}”不是 IP 地址或网段，如 10.0.0.1 或 172.30.0.0/24，多个用逗号分隔。",
                        f"has “{part}”, which is no address or network; write 10.0.0.1 or 172.30.0.0/24, "
                        "separated by commas.") from None  # fmt: skip
    return text


def mail_from(text: str) -> str:
    try:
        address = Address(addr_spec=text)
        is_whole = bool(address.username and address.domain)
    except (ValueError, IndexError, HeaderParseError):
        is_whole = False
    if not is_whole or not text.isprintable():
        raise wrong("应为一个邮箱地址。", "must be one mail address.")
    return text


def one_of(text: str, choices: tuple[str, ...]) -> str:
    if text.lower() not in choices:
        raise wrong(f"应为 {'、'.join(choices)} 之一。", f"must be one of {', '.join(choices)}.")
    return text.lower()


def host(text: str) -> str:
    if not text or any(letter.isspace() or letter in "/@" for letter in text):
        raise wrong("应为监听地址，如 127.0.0.1 或 0.0.0.0。", "must be an address to listen on, such as 127.0.0.1.")
    return text
