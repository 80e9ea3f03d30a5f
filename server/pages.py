"""The built front end: hashed assets kept for a year, every other path answered by its one page.

An address under `/s/` is a secret, so its page is kept by nobody.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from fastapi import FastAPI, Request, Response
from starlette.responses import FileResponse
from starlette.staticfiles import StaticFiles

from server.errors import RouteNotFound
from server.settings import Settings

PAGE = "page"


class Hashed(StaticFiles):
    """Files whose name changes with their content."""

    def file_response(self, *args: Any, **options: Any) -> Response:
        response = super().file_response(*args, **options)
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
        return response


def mount_pages(app: FastAPI, settings: Settings) -> None:
    """Serve `dist/`. Without a build, pages answer 404 and the API works all the same."""
    dist = settings.static_dir
    app.mount("/assets", Hashed(directory=dist / "assets", check_dir=False), name="assets")

    @app.get("/{path:path}", name=PAGE, include_in_schema=False)
    async def page(request: Request, path: str) -> Response:
        if path.startswith(("api/", "assets/")) or not (dist / "index.html").is_file():
            raise RouteNotFound
        named = _file(dist, path)
        if named is not None:
            return FileResponse(named, headers={"Cache-Control": "public, max-age=3600"})
        caching = "private, no-store" if path.startswith("s/") else "no-cache"
        return FileResponse(dist / "index.html", headers={"Cache-Control": caching})


def _file(dist: Path, path: str) -> Path | None:
    """The file of the build that has this name; a name no file system takes is nobody's."""
    try:
        named = (dist / path).resolve()
        return named if path and named.is_file() and named.is_relative_to(dist.resolve()) else None
    except (OSError, ValueError):
        return None
