"""Counting in a process of its own, which is ended when it takes too long.

`python -m archcalc.page.worker LIMITS` reads a question in JSON from each line of standard input,
and writes its answer in a line.
"""

from __future__ import annotations

import asyncio
import sys
from dataclasses import asdict
from json import dumps, loads
from typing import TYPE_CHECKING

from archcalc import limits
from archcalc.errors import Diagnostic
from archcalc.page.answers import answer, library_text, mistakes
from archcalc.page.document import json

if TYPE_CHECKING:
    from asyncio.subprocess import Process
    from collections.abc import Mapping

SECONDS = 10.0
"""What one text may take, also on a busy machine; a count is a matter of milliseconds."""
MEMORY = 4 << 30
"""Bytes that the process may ask for."""
LONGEST = 1 << 28
"""Bytes of an answer."""


class Worker:
    """Asks a process that counts, one question after the other; starts it anew if it was ended.

    The limits that are in force here hold there too.
    """

    def __init__(self, seconds: float = SECONDS) -> None:
        self.seconds = seconds
        self._bounds = dumps(asdict(limits.now()))
        self._process: Process | None = None
        self._turn = asyncio.Lock()

    async def ask(self, question: Mapping[str, str]) -> str:
        """Give the answer to a question, in JSON."""
        async with self._turn:
            process = await self._running()
            try:
                return await asyncio.wait_for(_exchange(process, question), self.seconds)
            except TimeoutError:
                await self.end()
                message = f"to count this takes more than {self.seconds:g} seconds"
                return _refusal(
                    "too-large", message, "`archcalc show` takes the time that it needs"
                )
            except (ConnectionError, ValueError):
                await self.end()
                return _refusal("out-of-memory", "to count this takes more memory than there is")
            except asyncio.CancelledError:  # its answer would be taken for that of the next
                await self.end()
                raise

    async def end(self) -> None:
        """End the process, if there is one."""
        if self._process is not None and self._process.returncode is None:
            self._process.kill()
            await self._process.wait()
        self._process = None

    async def _running(self) -> Process:
        if self._process is None or self._process.returncode is not None:
            pipe = asyncio.subprocess.PIPE
            self._process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", __name__, self._bounds),
                stdin=pipe,
                stdout=pipe,
                limit=LONGEST,
            )
        return self._process


async def _exchange(process: Process, question: Mapping[str, str]) -> str:
    """Ask, and wait. Raises ConnectionError if the process ends, ValueError for too long a line."""
    if process.stdin is None or process.stdout is None:
        raise AssertionError("it was started with pipes")
    process.stdin.write(dumps(question).encode() + b"\n")
    await process.stdin.drain()
    line = await process.stdout.readline()
    if not line:
        raise ConnectionError
    return line.decode()


def respond(question: Mapping[str, str]) -> str:
    """Answer a question: a `text` and its `variant` to count, or a network of the `library`.

    >>> respond({"library": "lenet7"})
    '{"mistakes":[{"code":"unknown-network","message":"there is no network `lenet7`",...
    """
    try:
        if "library" in question:
            return json(library_text(question["library"]))
        return json(answer(question["text"], question.get("variant", "")))
    except (MemoryError, RecursionError):
        return _refusal("out-of-memory", "to count this takes more memory than there is")
    except Exception as error:  # noqa: BLE001 - the last resort, as on the command line
        return _refusal("internal", f"{type(error).__name__}: {error}", "this is a bug in archcalc")


def _refusal(code: str, message: str, hint: str | None = None) -> str:
    return json(mistakes([Diagnostic(code, message, None, hint)]))


def _keep_within(size: int) -> None:
    """Bound the memory of this process, where the system can."""
    try:
        import resource  # noqa: PLC0415 - not everywhere
    except ImportError:
        return
    resource.setrlimit(resource.RLIMIT_AS, (size, size))


def main() -> None:
    """Answer until nobody asks any more."""
    _keep_within(MEMORY)
    with limits.raised(**loads(sys.argv[1])):
        for line in sys.stdin.buffer:
            sys.stdout.write(respond(loads(line)) + "\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main()
