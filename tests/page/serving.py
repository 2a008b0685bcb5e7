"""A server of one's own for a test, in a thread, and questions to it without a browser."""

from __future__ import annotations

import socket
import time
from contextlib import contextmanager
from http.client import HTTPConnection
from json import dumps, loads
from threading import Thread
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from archcalc.page.server import Draft
    from archcalc.page.worker import Worker


class Answer(NamedTuple):
    """What a server answered."""

    status: int
    headers: dict[str, str]
    text: str

    @property
    def data(self) -> Any:  # noqa: ANN401
        """Give what the JSON holds."""
        return loads(self.text)


class Served(NamedTuple):
    """A server that runs."""

    port: int

    @property
    def address(self) -> str:
        """Where its page is."""
        return f"http://127.0.0.1:{self.port}/"

    def get(self, path: str = "/", **headers: str) -> Answer:
        """Ask for a page."""
        return self._send("GET", path, None, headers)

    def post(self, path: str, question: object, **headers: str | None) -> Answer:
        """Ask as the page does, but for other headers, or without those that are None."""
        usual = {"Origin": self.address[:-1], "Content-Type": "application/json"}
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        kept = {name: value for name, value in (usual | named).items() if value is not None}
        body = question if isinstance(question, bytes) else dumps(question).encode()
        return self._send("POST", path, body, kept)

    def _send(
        self, method: str, path: str, body: bytes | None, headers: Mapping[str, str]
    ) -> Answer:
        connection = HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.request(method, path, body, dict(headers))
            found = connection.getresponse()
            names = {name.lower(): value for name, value in found.getheaders()}
            return Answer(found.status, names, found.read().decode())
        finally:
            connection.close()


@contextmanager
def served(draft: Draft, worker: Worker | None = None) -> Iterator[Served]:
    """Serve a draft while a test asks."""
    import uvicorn  # noqa: PLC0415 - not everybody has it

    from archcalc.page.server import application, settings  # noqa: PLC0415

    listening = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(settings(application(draft, worker)))
    thread = Thread(target=server.run, kwargs={"sockets": [listening]})
    thread.start()
    try:
        while not server.started:
            time.sleep(0.01)
        yield Served(listening.getsockname()[1])
    finally:
        server.should_exit = True
        thread.join(20)
        listening.close()
