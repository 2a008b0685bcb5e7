"""The archive of an exported program: a zip, of which only texts of JSON are read.

The program stands at `NAME/models/NAME.json`, and beside the weights what they are; until PyTorch
2.6 it was `serialized_exported_program.json`. Nothing is unpacked to a disk, no weight or pickle is
looked at.
"""

from __future__ import annotations

import json
import re
from io import BytesIO
from typing import TYPE_CHECKING, Any, NoReturn
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile
from zlib import error as ZlibError  # noqa: N812 - a class

from archcalc import limits
from archcalc.errors import Reason, SpecError, in_a_row

if TYPE_CHECKING:
    from typing import BinaryIO

    from archcalc.files import File

_PROGRAM = re.compile(r"(?:[^/]*/)?models/[^/]+\.json|serialized_exported_program\.json")
_WEIGHTS = re.compile(r"(?:[^/]*/)?data/weights/[^/]+_weights_config\.json")
_MARKS = (b",", b"[", b"{")
"""What stands before each value of a text of JSON; in its strings there may be more."""
_END, _END64 = b"PK\x05\x06", b"PK\x06\x06"
_TAIL = 22 + 65_535
"""The bytes at the end of a zip among which it tells of its directory: a record and a comment."""
_BROKEN = (BadZipFile, NotImplementedError, EOFError, ValueError, RuntimeError, ZlibError)


def read_texts(file: File) -> tuple[dict[str, Any], dict[str, Any]]:
    """Give the program of an archive, and what it says of its weights. Raises a Reason."""
    try:
        with file.path.open("rb") if file.path else BytesIO(file.head) as opened:
            _check_directory(opened)
            with ZipFile(opened) as archive:
                return _texts(archive)
    except OSError as error:
        message = f"`{file.name}` cannot be read: {error.strerror or error}"
        raise SpecError.of("unreadable", message) from None
    except _BROKEN as error:
        message = f"it is no zip that can be read: {str(error)[:200]}"
        hint = "a zip lists its parts at its end, which a file that is cut off has lost"
        raise Reason("not-pt2", message, hint) from None


def _texts(archive: ZipFile) -> tuple[dict[str, Any], dict[str, Any]]:
    members = [info.filename for info in archive.infolist()]
    found = [name for name in members if _PROGRAM.fullmatch(name)]
    if len(found) != 1:
        several = f"it holds {len(found)} exported programs: {in_a_row(found)}"
        message = several if found else "it holds no exported program"
        raise Reason("not-pt2", message, "`torch.export.save` writes a file that holds one")
    weights = [name for name in members if _WEIGHTS.fullmatch(name)]
    return _parsed(archive, found[0]), _parsed(archive, weights[0]) if weights else {}


def _parsed(archive: ZipFile, name: str) -> dict[str, Any]:
    """Read a part that is a text of JSON, within the limits of texts."""
    most = limits.now().file_bytes
    if archive.getinfo(name).compress_type not in {ZIP_STORED, ZIP_DEFLATED}:
        raise Reason("not-pt2", f"`{name}` is packed in a way that PyTorch does not use")
    with archive.open(name) as part:
        text = part.read(most + 1)
    if len(text) > most:
        raise limits.too_large("file_bytes", f"`{name}` is larger than {most:,} bytes")
    values = limits.now().values
    if sum(map(text.count, _MARKS)) > values:
        raise limits.too_large("values", f"`{name}` has more than {values:,} values")
    try:
        found = json.loads(text, parse_constant=_refuse)
    except RecursionError:
        raise Reason("too-deep", f"`{name}` is nested too deeply") from None
    except ValueError as error:  # no JSON, no UTF-8, an integer of 5,000 digits
        raise Reason(
            "not-pt2", f"`{name}` is no JSON: {str(error).partition(';')[0][:200]}"
        ) from None
    if not isinstance(found, dict):
        raise Reason("not-pt2", f"`{name}` is no object of JSON")
    return found


def _refuse(word: str) -> NoReturn:
    raise ValueError(f"`{word}` is no number")


def _check_directory(opened: BinaryIO) -> None:
    """Refuse a directory that is too large before it is read: each part takes 500 bytes of memory.

    It is told at the end of the file; what is not found there is left to the library to refuse.
    """
    size = opened.seek(0, 2)
    opened.seek(max(0, size - _TAIL - 76))
    tail = opened.read()
    plain = tail[-22:].startswith(_END) and tail.endswith(b"\0\0")
    at = len(tail) - 22 if plain else tail.rfind(_END)
    if at < 0:
        return
    lengths = [int.from_bytes(tail[at + 12 : at + 16], "little")]
    if at >= 76 and tail.startswith(_END64, at - 76):
        lengths.append(int.from_bytes(tail[at - 36 : at - 28], "little"))
    most = limits.now().file_bytes // 4
    if min(max(lengths), size) > most:
        raise limits.too_large("file_bytes", f"its list of parts is larger than {most:,} bytes")
