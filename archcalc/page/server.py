"""The page beside an editor, served to this machine alone.

Only who names the server by its own address is answered, and only its own page may ask it anything:
so no page of a stranger that is open in the same browser can read or save. The one file that is
read and written is the one it was started with.
"""

from __future__ import annotations

from contextlib import asynccontextmanager
from dataclasses import dataclass
from json import loads
from typing import TYPE_CHECKING, Any

import uvicorn
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from archcalc import limits
from archcalc.errors import ArchcalcError
from archcalc.page.answers import mistakes
from archcalc.page.document import document, json
from archcalc.page.page import common
from archcalc.page.worker import Worker
from archcalc.spec.library import networks

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from socket import socket

    from starlette.requests import Request

LOOPBACK = "127.0.0.1"
HOSTS = [LOOPBACK, "localhost"]
HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "frame-ancestors 'none'",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


@dataclass
class Draft:
    """What is edited: its first text, and the file that it is of, which may not be there yet.

    `read` gives the file's text, None where there is none; `write` saves it. Both raise
    ArchcalcError. `seen` is the file's text as the page knows it.
    """

    text: str
    name: str = ""
    read: Callable[[], str | None] = lambda: None
    write: Callable[[str], None] = lambda _: None
    seen: str | None = None

    def save(self, text: str) -> dict[str, Any]:
        """Save a text, but not over what somebody else has written there since."""
        there = self.read()
        if there != self.seen:
            self.seen = there
            message = f"`{self.name}` was changed elsewhere"
            return {"refused": f"{message}; save again to write over it, or open it anew"}
        self.write(text)
        self.seen = text
        return {"saved": self.name}

    def open(self) -> dict[str, Any]:
        """Give the file's text as it is now."""
        self.seen = self.read()
        return {"text": self.text if self.seen is None else self.seen}


def application(draft: Draft, worker: Worker | None = None) -> Starlette:
    """Give what serves a draft."""
    counting = worker or Worker()

    async def show(_: Request) -> Response:
        return HTMLResponse(editor(draft), headers=HEADERS)

    async def count(request: Request) -> Response:
        return _json(await counting.ask(await _question(request, "text", "variant")))

    async def library(request: Request) -> Response:
        return _json(await counting.ask(await _question(request, "library")))

    async def save(request: Request) -> Response:
        question = await _question(request, "text")
        return _json(_tried(lambda: draft.save(question["text"])))

    async def reopen(request: Request) -> Response:
        await _question(request)
        return _json(_tried(draft.open))

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        yield
        await counting.end()

    of_a_file = [Route("/save", save, methods=["POST"]), Route("/open", reopen, methods=["POST"])]
    return Starlette(
        routes=[
            Route("/", show),
            Route("/count", count, methods=["POST"]),
            Route("/library", library, methods=["POST"]),
            *(of_a_file if draft.name else []),
        ],
        middleware=[Middleware(TrustedHostMiddleware, allowed_hosts=HOSTS)],
        lifespan=lifespan,
    )


def editor(draft: Draft) -> str:
    """Write the page with the editor: no network yet, the text, the names of the library."""
    families: dict[str, list[str]] = {}
    for entry in networks():
        families.setdefault(entry.family, []).append(entry.id)
    edited = {"text": draft.text, "file": draft.name, "library": families}
    return document(
        "archcalc", common() | {"networks": [], "differences": [], "editor": edited}, ["editor.js"]
    )


def _tried(act: Callable[[], dict[str, Any]]) -> str:
    try:
        return json(act())
    except ArchcalcError as error:
        return json(mistakes(error.diagnostics))


def _json(text: str) -> Response:
    return Response(text, media_type="application/json", headers=HEADERS)


async def _question(request: Request, *names: str) -> dict[str, str]:
    """Read what the page asks: texts by these names. Refuses all that is not from the page."""
    own = f"{request.url.scheme}://{request.headers.get('host')}"
    if request.headers.get("origin") != own:
        raise HTTPException(403, "asked from another page")
    if request.headers.get("content-type") != "application/json":
        raise HTTPException(415, "not JSON")
    try:
        found = loads(await _body(request))
    except ValueError:
        raise HTTPException(400, "not JSON") from None
    if not isinstance(found, dict) or not all(isinstance(found.get(name), str) for name in names):
        raise HTTPException(400, f"texts are missing: {', '.join(names)}")
    return {name: found[name] for name in names}


async def _body(request: Request) -> bytes:
    most, found = limits.now().file_bytes, bytearray()
    async for piece in request.stream():
        found += piece
        if len(found) > most:
            raise HTTPException(413, f"more than {most:,} bytes")
    return bytes(found)


def settings(app: Starlette) -> uvicorn.Config:
    """Say how an application is served."""
    return uvicorn.Config(
        app,
        log_level="warning",
        ws="none",
        limit_concurrency=32,
        proxy_headers=False,
        server_header=False,
        timeout_graceful_shutdown=1,  # an open page keeps its connection
    )


def serve(draft: Draft, listening: socket) -> None:
    """Serve until it is interrupted."""
    uvicorn.Server(settings(application(draft))).run(sockets=[listening])
