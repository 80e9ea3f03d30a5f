"""One table: kind of refusal → HTTP status; and every error as RFC 9457 problem details in two languages."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from events import errors
from events.errors import Refusal

STATUS: dict[type[Refusal], int] = {
    errors.Invalid: 422,
    errors.Unauthenticated: 401,
    errors.Forbidden: 403,
    errors.NotFound: 404,
    errors.Conflict: 409,
    errors.Gone: 410,
    errors.PreconditionFailed: 412,
    errors.PreconditionMissing: 428,
    errors.TooMany: 429,
}


class Unavailable(Refusal):
    """503: whether it happened is not known; the same request with the same id is safe to repeat."""

    code = "unavailable"
    zh, en = (
        "服务暂时不可用，操作是否完成尚不确定。",
        "The service is briefly unavailable; the outcome is unknown.",
    )
    fix_zh, fix_en = (
        "请稍后用同一请求重试，不会重复执行。",
        "Retry the same request shortly; it will not happen twice.",
    )


STATUS[Unavailable] = 503

TITLES = {
    400: "Bad Request", 401: "Unauthorized", 403: "Forbidden", 404: "Not Found", 405: "Method Not Allowed",
    408: "Request Timeout", 409: "Conflict", 410: "Gone", 412: "Precondition Failed", 413: "Content Too Large",
    415: "Unsupported Media Type", 422: "Unprocessable Content", 428: "Precondition Required",
    429: "Too Many Requests", 431: "Request Header Fields Too Large", 500: "Internal Server Error",
    503: "Service Unavailable",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Answer:
    """What the client gets: status and JSON bytes; the same for every repeat, which knows that it is one."""

    status: int
    body: bytes
    is_repeat: bool = field(default=False, compare=False)

    @property
    def is_problem(self) -> bool:
        return self.status >= 400


def status_of(refusal: Refusal) -> int:
    """The status of the nearest kind in the table."""
    return next(STATUS[kind] for kind in type(refusal).__mro__ if kind in STATUS)


def problem(refusal: Refusal, *, errors: Sequence[dict[str, Any]] = ()) -> Answer:
    """The refusal as an answer: status and problem+json."""
    status = status_of(refusal)
    body: dict[str, Any] = {
        "type": f"/problems/{refusal.code}",
        "title": TITLES[status],
        "status": status,
        "code": refusal.code,
        "message": refusal.message,
        "fix": refusal.fix,
        "details": refusal.details,
    }
    if errors:
        body["errors"] = list(errors)
    return Answer(status, json.dumps(body, ensure_ascii=False, separators=(",", ":"), default=str).encode())


class BadRequest(errors.Invalid):
    """422 for a body or parameter that does not fit its schema."""

    code = "validation_failed"
    zh, en = "填写的内容不符合要求。", "Some fields are not as required."
    fix_zh, fix_en = "请按各字段的提示修改。", "Correct the fields that are named."


class Crashed(Refusal):
    """500: our fault; nothing was changed."""

    code = "internal_error"
    zh, en = "服务器出错，操作未执行。", "The server failed; nothing was done."
    fix_zh, fix_en = (
        "请稍后重试；若持续出现，请联系运维并提供请求编号。",
        "Retry later; if it stays, report the request id.",
    )


STATUS[Crashed] = 500


class RouteNotFound(errors.NotFound):
    code = "route_not_found"


class MethodNotAllowed(Refusal):
    code = "method_not_allowed"
    zh, en = "该地址不支持此方法。", "This address does not take that method."
    fix_zh, fix_en = "请查看接口文档。", "See the API documentation."


STATUS[MethodNotAllowed] = 405


class TooLarge(Refusal):
    code = "too_large"
    zh, en = "内容过大。", "The content is too large."
    fix_zh, fix_en = "请减小后再提交。", "Send less at once."


STATUS[TooLarge] = 413


class Malformed(Refusal):
    """400: what came is not HTTP; nobody can know where a next request would begin, so the connection ends."""

    code = "malformed_request"
    zh, en = "请求不符合 HTTP 格式。", "The request is not well-formed HTTP."
    fix_zh, fix_en = "请检查客户端或代理后重新连接。", "Check the client or proxy, then connect anew."


STATUS[Malformed] = 400


class Slow(Refusal):
    """408: the request was not complete in time; nothing was done."""

    code = "request_timeout"
    zh, en = "请求未能及时发送完整。", "The request did not arrive in time."
    fix_zh, fix_en = "请检查网络后重试。", "Check the network, then send it again."


STATUS[Slow] = 408


class HeadTooLarge(Refusal):
    """431: address and headers are more than anybody needs."""

    code = "head_too_large"
    zh, en = "请求的地址与标头过大。", "The request's address and headers are too large."
    fix_zh, fix_en = "请清除本站的 Cookie 或缩短地址后重试。", "Clear this site's cookies or shorten the address."


STATUS[HeadTooLarge] = 431


class TooManyConnections(Refusal):
    """503: this address has as many connections as one may have."""

    code = "too_many_connections"
    zh, en = "来自同一地址的连接过多。", "There are too many connections from this address."
    fix_zh, fix_en = (
        "请稍后重试；多人共用出口时，管理员可调高 ROADSHOW_CONNECTIONS_PER_ADDRESS。",
        "Try again shortly; where many share an address, an operator raises ROADSHOW_CONNECTIONS_PER_ADDRESS.",
    )


STATUS[TooManyConnections] = 503
