"""Findings → a page in Markdown: what was printed of networks, by family, beside what is so."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import PurePath
from typing import TYPE_CHECKING, NamedTuple

from archcalc.referee.published.printed import as_printed
from archcalc.render.cells import shown
from archcalc.render.markup import md_text
from archcalc.render.tables.ledger import COLUMNS, network, printed, verdict

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from archcalc.referee.published.ledger import Finding
    from archcalc.referee.published.records import Record

SIGNS = {
    "=": "equal",
    "≈": "equal as printed: rounded, cut off, or within the bound that is given",
    "≠": "differs, and why",
    "≥": "known in part",
    "·": "cannot be computed, and why",
}
"""What the signs of findings say, in the order of the columns that count them."""
DIFFERING = "≠·"
"""The signs of what has to be explained."""
HOMES = {
    "torchvision": "https://docs.pytorch.org/vision/stable/models.html",
    "Keras applications": "https://keras.io/api/applications/",
    "Keras code examples": "https://keras.io/examples/",
}
"""By how a source's name begins: where a tool shows its own figures."""
_ARXIV = re.compile(r"\barXiv:(\d{4}\.\d{4,5})")
_ADDRESS = re.compile(r"https?://[^\s,]+")
_REPOSITORY = re.compile(r"([\w-]+/[\w.-]+)(?=[,\s]|$)(?:, issue (\d+))?")
_FILE = re.compile(r"[\w-]+/[\w.-]+, ([\w./-]+) at ([0-9a-f]{7,40})$")
_OF_AN_OP = re.compile(r"by_op\.(\w+)\.(\w+)")
_OF_ANOTHER = re.compile(r"against\.(\w+)")
KINDS = {"add": "additions", "cmp": "comparisons", "mul": "products"}
"""Work of an op, in words."""
WORDS = """\
- **parameters** are all trained numbers, with the scale and shift of a batch norm and without its
  running **statistics**; **weights** and **biases** are those of units alone
- **macs** are multiply-accumulates for one sample: products that are summed, in convolutions,
  linear and recurrent layers and attention, but no bias and no norm
- **connections** are links that carry a stored number, each for every time that it is used, and one
  for each unit's bias (LeCun et al. 1998); **interactions** are macs of two numbers that are both
  computed, as in attention
- **neurons** are what comes out of convolutions and linear layers, **activations** what comes
  out of all layers, or of an op; an **output** is height, width and channels
- *by convention* is what a tool counts, such as darknet; a **receptive field** is how much of the
  input one place sees
- a figure is of the whole network in evaluation, or of the layer before its colon; in brackets
  stands what is set otherwise, or *heads*, where auxiliary classifiers are counted too"""
"""What the figures count, in a sentence for each word."""


class Chapter(NamedTuple):
    """A family: its name, the year that it begins with, and what was printed of it."""

    name: str
    year: int
    findings: tuple[Finding, ...]

    @property
    def title(self) -> str:
        """The heading, with the year where one is known."""
        return f"{self.name} ({self.year})" if self.year else self.name


def almanac(findings: Sequence[Finding], version: str) -> str:
    """Write the page: what the signs mean, the families by their years, and the sources.

    >>> from archcalc.referee.published.ledger import published
    >>> page = almanac(published("plain34"), "0.1.0")
    >>> next(line for line in page.splitlines() if line.startswith("| plain34"))[:60]
    '| plain34 | macs | 3.6 × 10^9 | 3,644,493,824 | ≈ rounded | '
    """
    book = chapters(findings)
    titles = {one.record.key: one.record.source for one in findings}
    blocks = [*_opening(findings, book, len(titles), version)]
    ordered = (one for chapter in book for one in chapter.findings)
    if differing := [one for one in ordered if one.sign in DIFFERING]:
        blocks += ["## What differs", "\n".join(_rows(differing, titles))]
    for chapter in book:
        blocks += [f"## {md_text(chapter.title)}", "\n".join(_rows(chapter.findings, titles))]
    if titles:
        blocks += ["## Sources", "\n".join(_source(key, titles[key]) for key in sorted(titles))]
    return "\n\n".join(blocks) + "\n"


def chapters(findings: Iterable[Finding]) -> list[Chapter]:
    """Part findings by their families, the oldest first."""
    from archcalc.spec.library import networks  # noqa: PLC0415 - only this page asks for years

    known: dict[str, tuple[str, int]] = {}
    for entry in networks():
        known.setdefault(entry.path.name, (entry.family, entry.year or 0))
    parts: dict[str, list[Finding]] = {}
    for finding in findings:
        parts.setdefault(finding.record.place.file, []).append(finding)
    found = [
        Chapter(*known.get(PurePath(file).name, (PurePath(file).stem, 0)), tuple(part))
        for file, part in parts.items()
    ]
    return sorted(found, key=lambda chapter: (chapter.year, chapter.name))


def _opening(
    findings: Sequence[Finding], book: Sequence[Chapter], sources: int, version: str
) -> Iterator[str]:
    met = [sign for sign in SIGNS if any(finding.sign == sign for finding in findings)]
    yield "# What was printed of networks, and what is so"
    many = f"{_counted(len(findings), 'figure')} from {_counted(sources, 'source')}"
    yield (
        f"{many}, each beside the exact one, which archcalc {version} derives from the network's "
        "own table: none is typed in."
    )
    yield "\n".join(f"- {sign} {SIGNS[sign]}" for sign in met)
    if set(DIFFERING) & set(met):
        yield "What [differs](#what-differs) comes first, then all by [families](#the-families)."
    yield f"## What is counted\n\n{WORDS}"
    failed = sum(not finding.holds for finding in findings)
    if failed:
        yield f"**{failed} of them fail what their records state.**"
    head = ["family", "figures", *met]
    lines = [_line(head), _line(["---", *["---:"] * (len(head) - 1)])]
    for chapter in book:
        signs = Counter(finding.sign for finding in chapter.findings)
        link = f"[{md_text(chapter.title)}](#{anchor(chapter.title)})"
        numbers = [len(chapter.findings), *(signs[sign] for sign in met)]
        lines.append(_line([link, *(f"{number:,}" if number else "" for number in numbers)]))
    yield "## The families\n\n" + "\n".join(lines)


def _counted(number: int, what: str) -> str:
    return f"{number:,} {what}" if number == 1 else f"{number:,} {what}s"


def _rows(findings: Iterable[Finding], titles: dict[str, str]) -> Iterator[str]:
    yield _line(["network", "figure", "printed", "exact", "it is", "why", "source"])
    yield _line(["---", "---", "---:", "---:", "---", "---", "---"])
    exact = next(column for column in COLUMNS if column.name == "exact")
    for finding in findings:
        record = finding.record
        note = ": ".join(text for text in (record.why, record.note) if text)
        value = shown(as_printed(finding.exact), exact)
        texts = [network(finding), _figure(record), printed(record), value, verdict(finding), note]
        yield _line([*map(md_text, texts), _cited(record, titles)])


def _figure(record: Record) -> str:
    """Say what is counted, and of which layer."""
    text = record.figure.text.replace("by_convention.", "by convention ")
    text = _OF_AN_OP.sub(_of_an_op, text).replace(" * ", " · ")
    if record.against:
        text = _OF_ANOTHER.sub(rf"\1 of {record.against.network}", text)
    text = text.replace("field[", "receptive field[")
    return f"{record.layer}: {text}" if record.layer else text


def _of_an_op(found: re.Match[str]) -> str:
    return f"{KINDS.get(found[2], found[2])} of {found[1]}"


def _cited(record: Record, titles: dict[str, str]) -> str:
    where = address(titles[record.key]) or "#sources"
    said = f"[{md_text(record.key)}]({where})"
    return f"{said}, {md_text(record.where)}" if record.where else said


def _source(key: str, title: str) -> str:
    where = address(title)
    said = f"[{md_text(title)}]({where})" if where else md_text(title)
    return f"- **{md_text(key)}**: {said}"


def _line(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def address(source: str) -> str:
    """Find where a source can be read: its own address, arXiv, or GitHub; none if it says none.

    >>> address("Chollet 2016, Xception, arXiv:1610.02357")
    'https://arxiv.org/abs/1610.02357'
    >>> address("pjreddie/darknet, issue 1039"), address("Keras applications")
    ('https://github.com/pjreddie/darknet/issues/1039', 'https://keras.io/api/applications/')
    >>> address("google/automl, efficientnetv2/README.md at 25907c2")
    'https://github.com/google/automl/blob/25907c2/efficientnetv2/README.md'
    >>> address("a book")
    ''
    """
    own, paper = _ADDRESS.search(source), _ARXIV.search(source)
    if own or paper:
        return own[0] if own else f"https://arxiv.org/abs/{paper[1]}" if paper else ""
    place, file = _REPOSITORY.match(source), _FILE.match(source)
    if place and file:
        return f"https://github.com/{place[1]}/blob/{file[2]}/{file[1]}"
    if place:
        issue = f"/issues/{place[2]}" if place[2] else ""
        return f"https://github.com/{place[1]}{issue}"
    return next((home for name, home in HOMES.items() if source.startswith(name)), "")


def anchor(title: str) -> str:
    """Name a heading as links to it do on GitHub.

    >>> anchor("ResNet for CIFAR-10 (2015)")
    'resnet-for-cifar-10-2015'
    """
    return re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-")
