r"""The JSON of a Keras file: what it says, and where each thing of it stands.

>>> from archcalc.readers.text import Text
>>> source = Text("model.json", '{"config": {"units": 1e3,\n "name": "fc"}}')
>>> parse(source)
{'config': {'units': 1000.0, 'name': 'fc'}}
>>> place_of(source, ("config", "name"))[:3]
('model.json', 2, 10)
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, TypeAlias

from archcalc import limits
from archcalc.errors import Diagnostic, Place, SpecError

if TYPE_CHECKING:
    from archcalc.errors import Reason
    from archcalc.readers.text import Text

Path: TypeAlias = "tuple[str | int, ...]"
LONGEST = 20
"""Digits of a whole number; a longer one stays a text, and no field is one."""
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\],:]|[^\s{}\[\],:"]+')


def parse(source: Text) -> object:
    """Read a text. Raises SpecError, with the place, where it is no JSON or too much of it."""
    text, most = source.text, limits.now().values
    if text.count(",") + text.count("{") + text.count("[") > most:
        raise _wrong(source, limits.too_large("values", f"more than {most:,} values"))
    try:
        return json.loads(text, parse_int=_whole)
    except json.JSONDecodeError as error:
        place = source.place(error.lineno - 1, error.colno - 1)
        message = f"this is not JSON: {_said(error)}"
        raise SpecError([Diagnostic("not-keras", message, place)]) from None
    except RecursionError:
        message = "brackets are nested too deep"
        raise SpecError([Diagnostic("too-deep", message, Place(source.name, 0, 0))]) from None


def place_of(source: Text, path: Path) -> Place:
    """Find where a value begins; of a list or a mapping its bracket. The text is read anew."""
    here: list[str | int | None] = []
    wanted = list(path)
    for token in _TOKEN.finditer(source.text):
        word = token[0]
        if word == ",":
            at = here[-1]
            here[-1] = at + 1 if isinstance(at, int) else None
        elif word in {"]", "}"}:
            here.pop()
        elif here and here[-1] is None:
            here[-1] = json.loads(word)
        elif word != ":":
            if here == wanted:
                return _marked(source, token)
            if word in {"[", "{"}:
                here.append(0 if word == "[" else None)
    return Place(source.name, 0, 0)


def _marked(source: Text, token: re.Match[str]) -> Place:
    line = source.text.count("\n", 0, token.start())
    column = token.start() - (source.text.rfind("\n", 0, token.start()) + 1)
    return source.place(line, column, len(token[0]))


def _whole(digits: str) -> int | str:
    return int(digits) if len(digits) <= LONGEST else digits


def _said(error: json.JSONDecodeError) -> str:
    """Say what is wrong in words of our own."""
    rest = error.doc[error.pos : error.pos + 1]
    if not rest:
        return "it ends too early"
    return f"`{rest}` was not expected here"


def _wrong(source: Text, reason: Reason) -> SpecError:
    place = Place(source.name, 0, 0)
    return SpecError([Diagnostic(reason.code, reason.message, place, reason.hint)])
