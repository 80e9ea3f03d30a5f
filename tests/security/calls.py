"""A row of the permission table as a request."""

from __future__ import annotations

import re
from typing import Any
from uuid import uuid4

import httpx

from events.base import new_id
from tests.security import recognitions
from tests.security.place import Place
from tests.security.table import Row
from tests.world import Person

assert recognitions.__doc__  # importing it registers its makers


async def call(
    place: Place,
    name: str,
    row: Row,
    person: Person,
    *,
    afresh: bool = False,
    missing: bool = False,
    missing_in_body: bool = False,
    headers: dict[str, str] | None = None,
) -> httpx.Response:
    """Knock with the place's own ids; `afresh` makes anew what the call uses up, `missing` asks for what is not."""
    method, path = name.split(" ", 1)
    parts = re.findall(r"{(\w+)}", path)
    things: dict[str, str] = {}
    for part in {*parts, *re.findall(r"\$(\w+)", f"{row.body} {row.query}")}:
        thing = row.ids.get(part, part)
        anew = thing.startswith("new_") or (afresh and thing in row.fresh)
        things[part] = await (place.fresh(thing) if anew else place.get(thing))
    for part in parts:
        path = path.replace(f"{{{part}}}", new_id() if missing and part.endswith("_id") else things[part])
    options: dict[str, Any] = {"headers": headers or {}, "version": 1 if row.version else None}
    hidden = {thing: new_id() for thing in things if missing_in_body and thing.endswith("_id")}
    body = named(row.body, things | hidden)
    if row.files:
        options |= {"files": row.files, "data": body}
    return await person.send(method, path + named(row.query, things), None if row.files else body, **options)


def named(body: Any, things: dict[str, str]) -> Any:
    """The body with every `$name` replaced by the place's own; `new_…` are another each time."""
    if isinstance(body, str):
        body = body.replace("$uuid", str(uuid4()))
        return re.sub(r"\$(\w+)", lambda found: things[found[1]], body)
    if isinstance(body, dict):
        return {key: named(value, things) for key, value in body.items()}
    return [named(value, things) for value in body] if isinstance(body, list) else body
