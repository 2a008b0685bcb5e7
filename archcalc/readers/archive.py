"""A member of a zip archive: nothing else of it is read, and nothing is unpacked beside it."""

from __future__ import annotations

import struct
import zipfile
import zlib
from io import BytesIO
from typing import TYPE_CHECKING, BinaryIO

from archcalc import limits
from archcalc.errors import Diagnostic, Place, Reason, SpecError

if TYPE_CHECKING:
    from archcalc.files import File

LISTED = 2_000_000
"""Bytes that the list of an archive's members may have: room for some 30,000 of them."""
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_BROKEN = (
    zipfile.BadZipFile, zlib.error, struct.error, EOFError, NotImplementedError, RuntimeError,
    ValueError, OverflowError, OSError,
)  # fmt: skip


def member(file: File, name: str) -> bytes:
    """Give the content of a member.

    Raises SpecError for an archive that is none, has no such member or a hostile one, or where the
    content is larger than `limits.file_bytes`.
    """
    try:
        with _opened(file) as stream, zipfile.ZipFile(_Bounded(stream)) as archive:
            for info in archive.infolist():
                _check(info)
            return _content(archive, name)
    except Reason as reason:
        raise _wrong(file, reason) from None
    except _BROKEN:
        message = "the archive is cut off, or is none"
        raise _wrong(file, Reason("not-an-archive", message)) from None


class _Bounded:
    """A file of which nothing is read at one go that is larger than a list of members may be."""

    def __init__(self, stream: BinaryIO) -> None:
        self.seek, self.tell, self.close = stream.seek, stream.tell, stream.close
        self.seekable = stream.seekable
        self._stream = stream

    def read(self, size: int = -1) -> bytes:
        """Read so many bytes."""
        if size > LISTED:
            raise Reason("too-large", f"a list of members of {size:,} bytes")
        return self._stream.read(size)


def _opened(file: File) -> BinaryIO:
    return BytesIO(file.head) if file.path is None else file.path.open("rb")


def _check(info: zipfile.ZipInfo) -> None:
    if ".." in info.filename.split("/") or info.filename.startswith("/"):
        message = f"the member `{info.filename[:80]}` has a path that leads out of the archive"
        raise Reason("not-an-archive", message)


def _content(archive: zipfile.ZipFile, name: str) -> bytes:
    most = limits.now().file_bytes
    try:
        info = archive.getinfo(name)
    except KeyError:
        raise Reason("not-an-archive", f"the archive has no `{name}`") from None
    if info.compress_type not in _METHODS or info.flag_bits & 1:
        raise Reason("not-read", f"`{name}` is compressed or locked in a way that is not read")
    with archive.open(info) as opened:
        content = opened.read(most + 1)
    if len(content) > most:
        raise limits.too_large("file_bytes", f"`{name}` is larger than {most:,} bytes")
    return content


def _wrong(file: File, reason: Reason) -> SpecError:
    place = Place(file.name, 0, 0)
    return SpecError([Diagnostic(reason.code, reason.message, place, reason.hint)])
