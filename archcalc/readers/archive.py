"""Zip archives: the contents of members that are asked for; nothing is unpacked to a disk."""

from __future__ import annotations

import struct
import zlib
from contextlib import contextmanager
from io import BytesIO
from typing import TYPE_CHECKING
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile

from archcalc import limits
from archcalc.errors import Diagnostic, Place, Reason, SpecError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import BinaryIO

    from archcalc.files import File

_END, _END64 = b"PK\x05\x06", b"PK\x06\x06"
_TAIL = 22 + 65_535
"""The bytes at the end of a zip among which it tells of its list: a record and a comment."""
_BROKEN = (
    BadZipFile, zlib.error, struct.error, EOFError, NotImplementedError, RuntimeError, ValueError,
    OverflowError, OSError,
)  # fmt: skip


@contextmanager
def opened(file: File) -> Iterator[ZipFile]:
    """Open an archive.

    Raises SpecError, also for a `Reason` within, where it is none, where a member's path leads out
    of it, or where the list of its members is larger than a quarter of `limits.file_bytes`.
    """
    try:
        with file.path.open("rb") if file.path else BytesIO(file.head) as stream:
            _check_list(stream)
            with ZipFile(stream) as archive:
                for name in archive.namelist():
                    _check_path(name)
                yield archive
    except Reason as reason:
        raise _wrong(file, reason) from None
    except _BROKEN:
        hint = "a zip lists its members at its end, which a file that is cut off has lost"
        none = Reason("not-an-archive", "the archive is cut off, or is none", hint)
        raise _wrong(file, none) from None


def content(archive: ZipFile, name: str) -> bytes:
    """Give the content of a member, within `limits.file_bytes`. Raises a `Reason`."""
    most = limits.now().file_bytes
    try:
        info = archive.getinfo(name)
    except KeyError:
        raise Reason("not-an-archive", f"the archive has no `{name}`") from None
    if info.compress_type not in {ZIP_STORED, ZIP_DEFLATED} or info.flag_bits & 1:
        raise Reason("not-read", f"`{name}` is compressed or locked in a way that is not read")
    with archive.open(info) as member:
        found = member.read(most + 1)
    if len(found) > most:
        raise limits.too_large("file_bytes", f"`{name}` is larger than {most:,} bytes")
    return found


def _check_list(stream: BinaryIO) -> None:
    """Refuse a list that is too large before it is read: each member takes 500 bytes of memory.

    It is told at the end of the file; what is not found there is left to the library to refuse.
    """
    size = stream.seek(0, 2)
    stream.seek(max(0, size - _TAIL - 76))
    tail = stream.read()
    plain = tail[-22:].startswith(_END) and tail.endswith(b"\0\0")
    at = len(tail) - 22 if plain else tail.rfind(_END)
    if at < 0:
        return
    lengths = [int.from_bytes(tail[at + 12 : at + 16], "little")]
    if at >= 76 and tail.startswith(_END64, at - 76):
        lengths.append(int.from_bytes(tail[at - 36 : at - 28], "little"))
    most = limits.now().file_bytes // 4
    if min(max(lengths), size) > most:
        raise limits.too_large("file_bytes", f"its list of members is larger than {most:,} bytes")


def _check_path(name: str) -> None:
    if ".." in name.split("/") or name.startswith("/"):
        message = f"the member `{name[:80]}` has a path that leads out of the archive"
        raise Reason("not-an-archive", message)


def _wrong(file: File, reason: Reason) -> SpecError:
    place = Place(file.name, 0, 0)
    return SpecError([Diagnostic(reason.code, reason.message, place, reason.hint)])
