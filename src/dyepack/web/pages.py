"""The pages: files of the built front end; any other path of theirs is the one page, which finds its own way."""

import mimetypes
from importlib.resources import files
from pathlib import Path

from fastapi import APIRouter, Request
from starlette.responses import FileResponse, PlainTextResponse, Response

from dyepack.web.packing import takes
from dyepack.web.refusals import refused

UNBUILT = (
    "dyepack serves its API here, but the pages are not built.\n"
    "In a checkout, build them with: python3 dev frontend\n"
    "What the API can tell: /api/openapi.json\n"
)
_FOREVER = "public, max-age=31536000, immutable"
_KINDS = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml", ".html": "text/html"}


def router(folder: Path | None = None) -> APIRouter:
    """The route of everything that is not the API's; comes last."""
    home = (folder or Path(str(files("dyepack.web")), "static")).resolve()
    made = APIRouter(include_in_schema=False)

    @made.api_route("/{path:path}", methods=["GET", "HEAD"])
    def page(path: str, request: Request) -> Response:
        if path == "api" or path.startswith("api/"):
            return refused(404, f"nothing is at {request.url.path}", next_step="GET /api/openapi.json")
        packed = takes(request.headers.get("accept-encoding", ""))
        return _file(home, path, packed=packed) or _page(home, path)

    return made


def _file(home: Path, path: str, *, packed: bool) -> Response | None:
    """A file of the front end, and nothing outside its folder; as the build has packed it, for who takes it so."""
    if not path or "\0" in path or len(path) > 400:
        return None
    try:
        found = (home / path).resolve()
        if not (found.is_relative_to(home) and found.is_file()):
            return None
    except OSError:
        return None
    kind = _KINDS.get(found.suffix) or mimetypes.guess_type(found.name)[0] or "application/octet-stream"
    headers = {"Cache-Control": _FOREVER} if "assets" in found.relative_to(home).parts else {}
    small = found.with_name(f"{found.name}.gz")
    if packed and small.is_file():
        headers |= {"Content-Encoding": "gzip", "Vary": "Accept-Encoding"}
        return FileResponse(small, media_type=kind, headers=headers)
    return FileResponse(found, media_type=kind, headers=headers)


def _page(home: Path, path: str) -> Response:
    """The one page; a path that looks like a file's is none of its views."""
    if not (home / "index.html").is_file():
        return PlainTextResponse(UNBUILT, 200 if not path else 404)
    if "." in path.rsplit("/", 1)[-1] and path.startswith("assets/"):
        return refused(404, f"nothing is at /{path}")
    return FileResponse(home / "index.html", media_type="text/html")
