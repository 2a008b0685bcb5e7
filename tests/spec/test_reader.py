"""From text to a marked tree: what is read, where it stands, and what is refused."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from archcalc import limits
from archcalc.errors import Diagnostic, SpecError
from archcalc.spec import reader
from archcalc.spec.reader import Mapping, Scalar, Sequence, Source, Tree, documents, read
from tests.library_words import said

if TYPE_CHECKING:
    from collections.abc import Iterator

LOADER = reader._LOADER  # noqa: SLF001 - the parser that is used here


def tree(text: str) -> Tree:
    found = read(Source("mine.yaml", text)).tree
    assert found is not None
    return found


def untyped(node: Tree) -> object:
    """Give the texts of a tree."""
    if isinstance(node, Scalar):
        return node.text
    if isinstance(node, Sequence):
        return [untyped(item) for item in node.items]
    return {key: untyped(value) for key, value in node.entries.items()}


def error(text: str) -> str:
    with pytest.raises(SpecError) as caught:
        list(documents(Source("mine.yaml", text)))
    return said(str(caught.value))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("6", "6"),
        ("[1, 010, 0x3, 3:30, 1_000, on, ~, 1e3]",
         ["1", "010", "0x3", "3:30", "1_000", "on", "~", "1e3"]),
        ("{conv: 6, kernel: 5}", {"conv": "6", "kernel": "5"}),
        ("a:\n  - {b: 1}\n  - c\nd: ", {"a": [{"b": "1"}, "c"], "d": ""}),
        ("a: 'it''s'\nb: \"\\u00d7\"\nc: =depths[1]", {"a": "it's", "b": "×", "c": "=depths[1]"}),
        ("a: &x [1, 2]\nb: *x", {"a": ["1", "2"], "b": ["1", "2"]}),
        ("a: &x {c: 1}\nb: [*x, *x]", {"a": {"c": "1"}, "b": [{"c": "1"}, {"c": "1"}]}),
        ("&a x: 1\ny: *a", {"x": "1", "y": "x"}),
        ("a: &x 1\nb: &x 2\nc: *x", {"a": "1", "b": "2", "c": "2"}),
        ("a: |\n  two\n  lines\nb: >\n  folded\n  text\n",
         {"a": "two\nlines\n", "b": "folded text\n"}),
        ("<<: 1", {"<<": "1"}),
        ("été: ×", {"été": "×"}),
        ("? a\n: b", {"a": "b"}),
        ("- - - 1", [[["1"]]]),
    ],
)  # fmt: skip
def test_scalars_keep_their_text(text: str, expected: object) -> None:
    assert untyped(tree(text)) == expected


def test_every_node_knows_its_place() -> None:
    root = tree("name: LeNet-5\nlayers:\n  - {conv: 6, kernel: 0x3}\n  - relu\n")
    assert isinstance(root, Mapping)
    layers = root.entries["layers"]
    assert isinstance(layers, Sequence)
    first, second = layers.items
    assert isinstance(first, Mapping)
    kernel = first.entries["kernel"]

    assert (root.line, root.column) == (0, 0)
    assert (root.entries["name"].line, root.entries["name"].column) == (0, 6)
    assert root.entries["name"].length == len("LeNet-5")
    assert (layers.line, layers.column) == (2, 2)
    assert (first.line, first.column) == (2, 4)
    assert (first.keys["kernel"].line, first.keys["kernel"].column) == (2, 14)
    assert (kernel.line, kernel.column, kernel.length) == (2, 22, 3)
    assert (second.line, second.column, second.length) == (3, 4, 4)


@pytest.mark.parametrize(
    ("text", "plain"), [("a", True), ("'a'", False), ('"a"', False), ("|\n  a", False)]
)
def test_a_scalar_knows_whether_it_was_quoted(text: str, *, plain: bool) -> None:
    found = tree(text)

    assert isinstance(found, Scalar)
    assert found.plain is plain


def test_only_the_first_document_is_read() -> None:
    assert untyped(tree("a: 1\n---\nb: [\n")) == {"a": "1"}


def test_documents_come_one_after_the_other() -> None:
    found = documents(Source("mine.yaml", "a: 1\n---\nb: 2\n...\n---\nc: 3"))

    assert [untyped(document) for document in found] == [{"a": "1"}, {"b": "2"}, {"c": "3"}]


@pytest.mark.parametrize("text", ["", "# nothing but a comment\n", "\n\n"])
def test_an_empty_text_has_no_tree(text: str) -> None:
    assert read(Source("mine.yaml", text)).tree is None


def test_windows_line_ends() -> None:
    assert untyped(tree("a: 1\r\nb: 2\r\n")) == {"a": "1", "b": "2"}
    assert error("a: 1\r\na: 2\r\n") == (
        "mine.yaml:2:1: error[duplicate-key]: `a` stands twice; the first is in line 1\n"
        "    2 | a: 2\n"
        "      | ^"
    )


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r", "\x85", "\u2028", "\u2029"])
def test_all_line_ends_of_yaml_count(end: str) -> None:
    assert error(f"é: 1{end}b: 2{end}é: 3{end}") == (
        "mine.yaml:3:1: error[duplicate-key]: `é` stands twice; the first is in line 1\n"
        "    3 | é: 3\n"
        "      | ^"
    )
    assert error(f"é: 1{end}é: \x07").partition("\n")[0] == (
        r"mine.yaml:2:4: error[odd-character]: the character '\x07' may not stand in YAML"
    )


WRONG = {
    "duplicate keys are all found": (
        "conv: 6\nkernel: 5\nconv: 7\nkernel: 3",
        """\
mine.yaml:3:1: error[duplicate-key]: `conv` stands twice; the first is in line 1
    3 | conv: 7
      | ^^^^
mine.yaml:4:1: error[duplicate-key]: `kernel` stands twice; the first is in line 2
    4 | kernel: 3
      | ^^^^^^""",
    ),
    "a list as key": (
        "[a, b]: 1",
        """\
mine.yaml:1:1: error[bad-key]: a key is a word, not a collection
    1 | [a, b]: 1
      | ^""",
    ),
    "an alias without anchor": (
        "a: *b",
        """\
mine.yaml:1:4: error[unknown-anchor]: no anchor `&b` stands before this
    1 | a: *b
      |    ^^""",
    ),
    "a tree in itself": (
        "a: &a [1, *a]",
        """\
mine.yaml:1:11: error[endless]: `*a` contains itself
    1 | a: &a [1, *a]
      |           ^^""",
    ),
    "tags": (
        "a: !!python/object:os.system x\nb: !mine [1]\nc: !!int '3'",
        """\
mine.yaml:1:4: error[tag]: tags such as `tag:yaml.org,2002:python/object:os.system` are not part \
of the language
    1 | a: !!python/object:os.system x
      |    ^^^^^^^^^^^^^^^^^^^^^^^^^^^
mine.yaml:2:4: error[tag]: tags such as `!mine` are not part of the language
    2 | b: !mine [1]
      |    ^
mine.yaml:3:4: error[tag]: tags such as `tag:yaml.org,2002:int` are not part of the language
    3 | c: !!int '3'
      |    ^^^^^^^^^""",
    ),
    "not YAML": (
        "layers:\n  - conv: 6\n - relu",
        """\
mine.yaml:3:2: error[not-yaml]: this is not YAML: ...
    3 |  - relu
      |  ^""",
    ),
    "a tab": (
        "layers:\n\t- conv: 6",
        """\
mine.yaml:2:1: error[not-yaml]: this is not YAML: ...
    2 | \\t- conv: 6
      | ^^
  hint: YAML indents with spaces, not with tabs""",
    ),
    "an expression that needs quotes": (
        "layers:\n  - {conv: =widths[1], kernel: 3}",
        """\
mine.yaml:2:19: error[not-yaml]: this is not YAML: ...
    2 |   - {conv: =widths[1], kernel: 3}
      |                   ^
  hint: inside { } or [ ] quote an expression that has [ ] { } or , in it: "=depths[1]\"""",
    ),
    "an unclosed bracket": (
        "layers: [1, 2",
        """\
mine.yaml:1:9: error[not-yaml]: this is not YAML: ...
    1 | layers: [1, 2
      |         ^""",
    ),
    "an odd character": (
        "name: a\x00b",
        """\
mine.yaml:1:8: error[odd-character]: the character '\\x00' may not stand in YAML
    1 | name: a\\x00b
      |        ^^^^""",
    ),
    "half a surrogate pair": (
        "a: 1\nname: \ud83d",
        """\
mine.yaml:2:7: error[odd-character]: the character '\\ud83d' may not stand in YAML
    2 | name: \\ud83d
      |       ^^^^^^""",
    ),
    "mistakes before a syntax error are kept": (
        "a: 1\na: 2\nb: [",
        """\
mine.yaml:2:1: error[duplicate-key]: `a` stands twice; the first is in line 1
    2 | a: 2
      | ^
mine.yaml:3:5: error[not-yaml]: this is not YAML: ...
    3 | b: [
      |     ^""",
    ),
}


@pytest.mark.parametrize(("text", "message"), WRONG.values(), ids=WRONG)
def test_wrong(text: str, message: str) -> None:
    assert error(text) == message


def test_the_depth_is_bounded() -> None:
    deep = "[" * 63 + "]" * 63

    assert untyped(tree(f"a: {deep}"))
    assert error(f"a: [{deep}]").startswith(
        "mine.yaml:1:67: error[too-deep]: brackets and indents are nested more than 64 deep\n"
    )


class Impatient(yaml.SafeLoader):
    """A parser with a bound of its own, as some releases have one; it looks ahead."""

    def fetch_flow_collection_start(self, TokenClass: type[yaml.Token]) -> None:  # noqa: N803
        """Refuse the bracket that is one too many."""
        if self.flow_level > 100:
            raise yaml.scanner.ScannerError(None, None, "too deep for me", self.get_mark())
        super().fetch_flow_collection_start(TokenClass)


@pytest.mark.parametrize("loader", [LOADER, yaml.SafeLoader, Impatient])
@pytest.mark.parametrize(
    ("brackets", "column"),
    [("[" * 2_000, 65), ("{a: " * 2_000, 257), ("- " * 2_000, 129)],
)
def test_no_depth_crashes_whatever_bound_the_parser_has(
    brackets: str, column: int, loader: type, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reader, "_LOADER", loader)

    assert error(brackets).partition("\n")[0] == (
        f"mine.yaml:1:{column}: error[too-deep]: brackets and indents are nested more than 64 deep"
    )


@pytest.mark.parametrize("brackets", ["[", "{a: ", "- "])
def test_no_depth_takes_long(brackets: str) -> None:
    assert "nested more than 64 deep" in error(brackets * 200_000)


def test_aliases_of_aliases_are_bounded() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n + 1}: &a{n + 1} [{', '.join([f'*a{n}'] * 10)}]" for n in range(7)]

    assert error("\n".join(lines)).partition("error")[2].partition("\n")[0] == (
        f"[too-large]: the file has more than {limits.now().values:,} values, aliases followed"
    )


def nested() -> st.SearchStrategy[object]:
    words = st.text(st.characters(codec="utf-8", categories=["L", "N"]), min_size=1, max_size=5)
    return st.recursive(
        words, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(words, inner, max_size=3)
    )


def flow(value: object) -> str:
    """Write a value in one line."""
    if isinstance(value, list):
        return f"[{', '.join(map(flow, value))}]"
    if isinstance(value, dict):
        return f"{{{', '.join(f'{flow(key)}: {flow(item)}' for key, item in value.items())}}}"
    return f'"{value}"'


def marks(node: Tree) -> Iterator[tuple[int, int]]:
    """Give the places of all nodes in the order of the text."""
    yield node.line, node.column
    if isinstance(node, Sequence):
        for item in node.items:
            yield from marks(item)
    if isinstance(node, Mapping):
        for key, item in node.entries.items():
            yield node.keys[key].line, node.keys[key].column
            yield from marks(item)


@given(nested())
def test_whatever_is_written_is_read(value: object) -> None:
    found = tree(flow(value))

    assert untyped(found) == value
    assert all(before <= after for before, after in pairwise(marks(found)))


@given(st.text(max_size=60))
def test_any_text_is_read_or_refused_with_a_place(text: str) -> None:
    mistakes: tuple[Diagnostic, ...] = ()
    try:
        read(Source("mine.yaml", text))
    except SpecError as refused:
        mistakes = refused.diagnostics or (Diagnostic("", ""),)

    for mistake in mistakes:
        assert mistake.place
        assert min(mistake.place.line, mistake.place.column) >= 1
