"""Protocol buffers as text, the form of Caffe's prototxt: text → messages with places.

The strict parsers know one schema and refuse what a fork of Caffe added; this one knows none. A
field may stand more than once: what that means is for whoever knows the field.

>>> from archcalc.spec.reader import Source
>>> net = parse(Source("net", 'name: "tiny" layer { kernel_size: 3 pad: 1 pad: 2 }'))
>>> net["layer"][0]["pad"][1].text, net["layer"][0]["pad"][1].column
('2', 48)

Source: the text format of protocol buffers, as its specification has it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from archcalc import limits
from archcalc.errors import Diagnostic, Reason, SpecError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import NoReturn

    from archcalc.spec.reader import Source

_TOKEN = re.compile(
    r"""[ \t\r\f\v]+ | \#[^\n]*
    | (?P<line>\n)
    | (?P<string>"(?:[^"\\\n]|\\.)*" | '(?:[^'\\\n]|\\.)*')
    | (?P<word>[+-]?[A-Za-z0-9_.][A-Za-z0-9_.+-]*)
    | (?P<extension>\[[A-Za-z_][A-Za-z0-9_./]*\])
    | (?P<mark>[{}<>\[\]:,;])
    | (?P<odd>.)""",
    re.VERBOSE | re.DOTALL,
)
_PIECE = re.compile(
    r"""[ \t\n]*+ (?:
        (?P<name>[A-Za-z_][A-Za-z0-9_]*+) [ \t]*+ (?:
            : [ \t]*+ (?: "(?P<string>[^"\\\n]*+)" | (?P<word>[+-]?[A-Za-z0-9_.][A-Za-z0-9_.+-]*+) )
            | :?+ [ \t]*+ (?P<open>\{)
        )
        | (?P<close>\})
    )""",
    re.VERBOSE,
)
"""A plain field with its value at once, which almost all are, or where a message begins or ends."""
_ESCAPE = re.compile(r"\\(?:([0-7]{1,3})|[xX]([0-9a-fA-F]{1,2})|(.))", re.DOTALL)
_LETTERS = {"n": "\n", "t": "\t", "r": "\r", "a": "\a", "b": "\b", "f": "\f", "v": "\v"}
_CLOSES = {"{": "}", "<": ">"}


class Scalar(NamedTuple):
    """A value as its text, its place counted from 0; `quoted` if it was a string."""

    text: str
    quoted: bool
    line: int
    column: int


class Message(dict[str, "list[Value]"]):
    """The fields of a message by name, each with all its values in order, and its place."""

    def __init__(self, line: int = 0, column: int = 0) -> None:
        super().__init__()
        self.line = line
        self.column = column


Value: TypeAlias = Scalar | Message


class _Token(NamedTuple):
    kind: str
    text: str
    line: int
    column: int


def parse(source: Source) -> Message:
    """Parse a text. Raises SpecError, with the place, where it is not in the format.

    Messages nest as deep as `limits.nesting`, and there are as many values as `limits.values`.
    """
    return _Parser(source).message()


class _Parser:
    def __init__(self, source: Source) -> None:
        self.source = source
        self.at, self.line, self.start = 0, 0, 0
        self.tokens = self._tokens()
        self.limits = limits.now()
        self.values = 0

    def message(self) -> Message:
        """Read fields until the text ends; messages within are kept on a stack of our own."""
        top = Message()
        stack = [(top, "")]
        while True:
            self._plain_pieces(stack)
            message, close = stack[-1]
            token = next(self.tokens)
            if token.kind == "end":
                break
            if token.text == close and token.kind == "mark":
                stack.pop()
            elif token.kind in {"word", "extension"}:
                inner = self._field(message, token)
                if inner is not None:
                    stack.append(inner)
                    if len(stack) > self.limits.nesting:
                        said = f"messages are nested more than {self.limits.nesting} deep"
                        self._refuse(token, Reason("too-deep", said))
            elif token.text not in {",", ";"} or token.kind != "mark":
                self._fail(token, f"expected the name of a field, not {_said(token)}")
        if len(stack) > 1:
            message, close = stack[-1]
            place = _Token("mark", "{", message.line, message.column)
            self._fail(place, f"this message is never closed: `{close}` is missing")
        return top

    def _plain_pieces(self, stack: list[tuple[Message, str]]) -> None:
        """Read on as long as all is plain, as a file that is merely long is; else tokens tell."""
        text, most, deepest = self.source.text, self.limits.values, self.limits.nesting
        message, close = stack[-1]
        while self.values < most and (piece := _PIECE.match(text, self.at)):
            kind = piece.lastgroup or ""
            if (kind == "close" and close != "}") or (kind == "open" and len(stack) >= deepest):
                return
            start = piece.start(kind)
            if lines := text.count("\n", self.at, start):
                self.line += lines
                self.start = text.rfind("\n", self.at, start) + 1
            self.at = piece.end()
            if kind == "close":
                stack.pop()
                message, close = stack[-1]
                continue
            self.values += 1
            values = message.setdefault(piece["name"], [])
            if kind == "open":
                message, close = Message(self.line, start - self.start), "}"
                values.append(message)
                stack.append((message, close))
            else:
                quoted = kind == "string"
                column = start - quoted - self.start
                values.append(Scalar(piece[kind], quoted, self.line, column))

    def _field(self, message: Message, name: _Token) -> tuple[Message, str] | None:
        """Read a field; if its value is a message, give that, and what closes it."""
        values = message.setdefault(name.text, [])
        token = next(self.tokens)
        colon = token.text == ":" and token.kind == "mark"
        if colon:
            token = next(self.tokens)
        if token.kind == "mark" and token.text in _CLOSES:
            inner = Message(token.line, token.column)
            self._add(values, inner, token)
            return inner, _CLOSES[token.text]
        if not colon:
            self._fail(token, f"expected `:` or `{{` after `{name.text[:60]}`, not {_said(token)}")
        if token.text == "[" and token.kind == "mark":
            self._list(values, token)
        else:
            self._add(values, self._scalar(token), token)
        return None

    def _list(self, values: list[Value], opening: _Token) -> None:
        """Read `[a, b]`: the same as the field written once for each."""
        for token in self.tokens:
            if token.kind == "mark" and token.text == "]":
                return
            if token.kind == "end":
                self._fail(opening, "this list is never closed: `]` is missing")
            if token.text != "," or token.kind != "mark":
                self._add(values, self._scalar(token), token)

    def _scalar(self, token: _Token) -> Scalar:
        if token.kind == "string":
            return Scalar(
                _unescaped(token.text[1:-1]), quoted=True, line=token.line, column=token.column
            )
        if token.kind == "word":
            return Scalar(token.text, quoted=False, line=token.line, column=token.column)
        return self._fail(token, f"expected a value, not {_said(token)}")

    def _add(self, values: list[Value], value: Value, token: _Token) -> None:
        self.values += 1
        if self.values > self.limits.values:
            message = f"more than {self.limits.values:,} values"
            self._refuse(token, limits.too_large("values", message))
        values.append(value)

    def _tokens(self) -> Iterator[_Token]:
        while match := _TOKEN.match(self.source.text, self.at):
            kind, self.at = match.lastgroup, match.end()
            if kind == "line":
                self.line, self.start = self.line + 1, self.at
            elif kind is not None:
                yield self._token(kind, match)
        end = _Token("end", "", self.line, len(self.source.text) - self.start)
        while True:
            yield end

    def _token(self, kind: str, match: re.Match[str]) -> _Token:
        token = _Token(kind, match[0], self.line, match.start() - self.start)
        if kind == "odd":
            self._fail(token, f"`{token.text}` has no meaning here")
        return token

    def _fail(self, token: _Token, message: str) -> NoReturn:
        self._refuse(token, Reason("not-prototxt", message))

    def _refuse(self, token: _Token, reason: Reason) -> NoReturn:
        place = self.source.place(token.line, token.column, len(token.text))
        raise SpecError([Diagnostic(reason.code, reason.message, place, reason.hint)])


def _said(token: _Token) -> str:
    return "the end" if token.kind == "end" else f"`{token.text[:60]}`"


def _unescaped(text: str) -> str:
    if "\\" not in text:
        return text
    return _ESCAPE.sub(_character, text)


def _character(match: re.Match[str]) -> str:
    octal, hexadecimal, letter = match.groups()
    if octal or hexadecimal:
        return chr(int(octal, 8) if octal else int(hexadecimal, 16))
    return _LETTERS.get(letter, letter)
