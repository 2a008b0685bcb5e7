"""Tables and texts → what is published: Markdown and HTML, and what LaTeX shares with them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archcalc.errors import printable
from archcalc.render.cells import shown
from archcalc.render.table import Table

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    Parts = Sequence[Table | str]
    Caption = Mapping[str, str]

SHORT = 24
"""Characters of a text that a web page does not break."""

_STYLE = """\
body { font: 16px/1.5 system-ui, sans-serif; margin: 2rem; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
th, td { padding: 0.2rem 0.8rem; vertical-align: baseline; }
th { border-bottom: 1px solid; text-align: left; }
tfoot td { border-top: 1px solid; font-weight: bold; }
p { max-width: 50rem; color: #555; }"""


def markdown(parts: Parts, caption: Caption) -> str:
    """Write Markdown with tables."""
    blocks = []
    for part in parts:
        if isinstance(part, str):
            blocks.append(f"```text\n{part.rstrip()}\n```")
            continue
        blocks += [f"**{md_text(part.title)}**"] if part.title else []
        blocks.append("\n".join(tabulated(part, "pipe", md_text)))
        blocks += [md_text(line) for line in part.captions]
    blocks += [f"*{md_text(one_line(caption))}*"] if caption else []
    return "\n\n".join(blocks) + "\n"


def md_text(text: str) -> str:
    """Write a text so that Markdown shows it as it is."""
    text = printable(text)
    for character in "\\|*_`<>[]":
        text = text.replace(character, f"\\{character}")
    return text


def html(parts: Parts, caption: Caption) -> str:
    """Write a page that stands by itself."""
    from html import escape  # noqa: PLC0415 - only a page needs it

    title = next((part.title for part in parts if isinstance(part, Table)), "") or "archcalc"
    head = (
        f'<!doctype html>\n<html lang="en">\n<meta charset="utf-8">\n'
        f"<title>{escape(printable(title))}</title>\n<style>\n{_STYLE}\n</style>\n"
    )
    blocks = [_html_part(part) for part in parts]
    foot = f"<p>{escape(one_line(caption))}</p>\n" if caption else ""
    return head + "\n".join(blocks) + foot + "</html>\n"


def fragment(parts: Parts) -> str:
    """Write tables and texts for a page that is there already, such as a notebook."""
    return "\n".join(_html_part(part, "h4") for part in parts)


def _html_text(text: str) -> str:
    """Keep short texts on one line, such as `bottleneck × 3`; sentences may wrap."""
    return text if len(text) > SHORT else text.replace(" ", "\u00a0")


def _html_part(part: Table | str, heading: str = "h2") -> str:
    from html import escape  # noqa: PLC0415

    if isinstance(part, str):
        return f"<pre>\n{escape(part)}</pre>\n"
    lines = tabulated(part, "html", _html_text)
    if part.totals:
        first = len(lines) - 2 - len(part.totals)
        lines[first:] = ["</tbody>", "<tfoot>", *lines[first:-2], "</tfoot>", "</table>"]
    title = f"<{heading}>{escape(printable(part.title))}</{heading}>\n" if part.title else ""
    notes = "".join(f"<p>{escape(printable(line))}</p>\n" for line in part.captions)
    return title + "\n".join(lines) + "\n" + notes


def tabulated(table: Table, format_name: str, clean: Callable[[str], str] = str) -> list[str]:
    """Let tabulate write a table; numbers go in as the texts that they are shown as."""
    from tabulate import tabulate  # noqa: PLC0415 - only published formats need it

    columns = table.columns
    rows = [
        [clean(shown(cell, column)) for cell, column in zip(row, columns, strict=True)]
        for row in (*table.rows, *table.totals)
    ]
    sides = ["right" if column.is_number or column.kind == "bar" else "left" for column in columns]
    titles = [clean(column.title) for column in columns]
    text = tabulate(
        rows, titles, tablefmt=format_name, disable_numparse=True, colalign=sides if rows else None
    )
    return text.split("\n")


def one_line(caption: Caption) -> str:
    """Say a caption in one line.

    >>> one_line({"network": "lenet5", "input": "1x32x32"})
    'network: lenet5; input: 1x32x32'
    """
    return "; ".join(f"{key}: {printable(value)}" for key, value in caption.items() if value)
