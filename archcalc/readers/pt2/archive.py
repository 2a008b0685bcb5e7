"""The archive of an exported program, of which only texts of JSON are read: no weight, no pickle.

The program stands at `NAME/models/NAME.json`, and beside the weights what they are; until PyTorch
2.6 it was `serialized_exported_program.json`.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, NoReturn

from archcalc import limits
from archcalc.errors import Reason, in_a_row
from archcalc.readers.archive import content, opened

if TYPE_CHECKING:
    from zipfile import ZipFile

    from archcalc.files import File

_PROGRAM = re.compile(r"(?:[^/]*/)?models/[^/]+\.json|serialized_exported_program\.json")
_WEIGHTS = re.compile(r"(?:[^/]*/)?data/weights/[^/]+_weights_config\.json")
_MARKS = (b",", b"[", b"{")
"""What stands before each value of a text of JSON; in its strings there may be more."""


def read_texts(file: File) -> tuple[dict[str, Any], dict[str, Any]]:
    """Give the program of an archive, and what it says of its weights. Raises SpecError."""
    with opened(file) as archive:
        members = archive.namelist()
        found = [name for name in members if _PROGRAM.fullmatch(name)]
        if len(found) != 1:
            several = f"it holds {len(found)} exported programs: {in_a_row(found)}"
            message = several if found else "it holds no exported program"
            raise Reason("not-pt2", message, "`torch.export.save` writes a file that holds one")
        weights = [name for name in members if _WEIGHTS.fullmatch(name)]
        return _parsed(archive, found[0]), _parsed(archive, weights[0]) if weights else {}


def _parsed(archive: ZipFile, name: str) -> dict[str, Any]:
    """Read a member that is a text of JSON, within the limits of texts."""
    text, values = content(archive, name), limits.now().values
    if sum(map(text.count, _MARKS)) > values:
        raise limits.too_large("values", f"`{name}` has more than {values:,} values")
    try:
        found = json.loads(text, parse_constant=_refuse)
    except RecursionError:
        raise Reason("too-deep", f"`{name}` is nested too deeply") from None
    except ValueError as error:  # no JSON, no UTF-8, an integer of 5,000 digits
        said = str(error).partition(";")[0][:200]
        raise Reason("not-pt2", f"`{name}` is no JSON: {said}") from None
    if not isinstance(found, dict):
        raise Reason("not-pt2", f"`{name}` is no object of JSON")
    return found


def _refuse(word: str) -> NoReturn:
    raise ValueError(f"`{word}` is no number")
