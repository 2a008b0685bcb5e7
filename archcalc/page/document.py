"""Plain values → the page: one file of HTML that asks the network for nothing.

Its own script and style are all that it may run, by their hashes; what it shows stands in it as
JSON, in which nothing is markup. The script makes elements of text alone.
"""

from __future__ import annotations

from base64 import b64encode
from functools import cache
from hashlib import sha256
from html import escape
from importlib.resources import files
from json import JSONEncoder
from string import Template
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

SCRIPTS = (
    "elements.js", "model.js", "numbers.js", "grid.js", "panel.js", "pictures.js", "charts.js",
    "comparison.js", "downloads.js", "main.js",
)  # fmt: skip
"""What the script of a page is made of, in this order."""


def document(title: str, data: Mapping[str, Any], more: Sequence[str] = ()) -> str:
    """Write a page that shows these values; `more` are scripts that go with a server.

    >>> page = document("</title>", {"name": "</script><script>"})
    >>> "</script><script>" in page, "<title>&lt;/title&gt;</title>" in page
    (False, True)
    """
    script, style = _script((*SCRIPTS, *more)), _text("page.css")
    return Template(_text("page.html")).substitute(
        title=escape(title),
        policy=policy(script, style, served=bool(more)),
        style=style,
        script=script,
        data=json(data),
    )


def policy(script: str, style: str, *, served: bool = False) -> str:
    """Say what a page may load and run: nothing but its own script and style.

    >>> policy("", "").split("; ")[0], policy("", "", served=True).split("; ")[3]
    ("default-src 'none'", "connect-src 'self'")
    """
    rules = ["default-src 'none'", f"script-src {_hash(script)}", f"style-src {_hash(style)}"]
    rules += ["connect-src 'self'"] if served else []
    return "; ".join([*rules, "img-src data:", "base-uri 'none'", "form-action 'none'"])


def json(data: object) -> str:
    r"""Write JSON that may stand in HTML: no sign of markup, and nothing that does not show.

    >>> json(["</script>", "a\u2028b"])
    '["\\u003c/script\\u003e","a\\u2028b"]'
    """
    text = JSONEncoder(ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode(data)
    if not text.isprintable():
        text = JSONEncoder(separators=(",", ":"), allow_nan=False).encode(data)
    return text.translate(_MARKUP)


_MARKUP = {ord(sign): f"\\u{ord(sign):04x}" for sign in "<>&"}


def _hash(text: str) -> str:
    return f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'"


@cache
def _text(name: str) -> str:
    return files(__package__).joinpath(name).read_text("utf-8")


@cache
def _script(names: tuple[str, ...]) -> str:
    """Put the parts of the script together; they share their names, and nothing else does."""
    parts = "\n".join(map(_text, names))
    return f'(() => {{\n"use strict";\n{parts}}})();\n'
