"""Texts that try to become more than text, each short enough to be somebody's name."""

from __future__ import annotations

from itertools import islice

SEEDS = (
    "<script>ran=1;alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "<svg/onload=alert(1)>",
    "javascript:alert(1)",
    "{{constructor.constructor('alert(1)')()}}",
    "${alert(1)}",
    '<iframe srcdoc="<script>parent.ran=1</script>">',
    "'-alert(1)-'",
    "</textarea><script>alert(1)</script>",
    '<a href="javascript:alert(1)">点我</a>',
    "<math><mtext><style></math><img src onerror=alert(1)>",
    "<details open ontoggle=alert(1)>",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    r"\u003cscript\u003ealert(1)\u003c/script\u003e",
    '<object data="data:text/html,<script>alert(1)</script>">',
    "<style>@import 'http://evil.example/x.css'</style>",
    '<img src="http://evil.example/pixel.png">',
    '<meta http-equiv="refresh" content="0;url=//evil.example">',
    "<input autofocus onfocus=alert(1)>",
    "@:core.brand {name} %{name} | {0}",
)
DRESSES = (
    "{}", "'{}", '"{}', "`{}", ">{}", "-->{}", "]]>{}", "*/{}", "</style>{}", "</title>{}", "%0a{}", "{}<!--", "{}//",
    "{}'>", "{} 良率",
)  # fmt: skip


def payloads(count: int) -> list[str]:
    """The first `count` of every seed in every dress, the plain ones first; at most 300."""
    dressed = (dress.replace("{}", seed, 1) for dress in DRESSES for seed in SEEDS)
    return list(islice(dressed, count))
