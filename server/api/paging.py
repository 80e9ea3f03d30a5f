"""How a list route takes `?cursor=&limit=` and answers with `Link: rel="next"`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, TypeVar

from fastapi import Depends, Query, Request, Response

from events.base_schemas import ListView
from events.paging import LIMIT, MOST, Window

View = TypeVar("View", bound=ListView)


@dataclass(frozen=True, slots=True)
class Pages:
    """The window a request asks for, and the link to what follows."""

    window: Window
    request: Request
    response: Response

    def linked(self, view: View) -> View:
        """The same view, with a `Link` header when there is more."""
        if view.next is not None:
            address = self.request.url.include_query_params(cursor=view.next)
            self.response.headers["Link"] = f'<{address.path}?{address.query}>; rel="next"'
        return view


async def pages(
    request: Request,
    response: Response,
    cursor: Annotated[str | None, Query(max_length=600, description="`next` of the page before")] = None,
    limit: Annotated[int, Query(ge=1, le=MOST)] = LIMIT,
) -> Pages:
    return Pages(Window(cursor, limit), request, response)


Paged = Annotated[Pages, Depends(pages)]
