"""Exported programs that PyTorch would not write: a mistake with its place, or a network."""

from __future__ import annotations

import json
from copy import deepcopy
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any, TypeAlias
from zipfile import ZIP_LZMA, ZipFile

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from archcalc import ArchcalcError, Report, count, limits
from archcalc.errors import Reason
from archcalc.files import File
from archcalc.readers.pt2 import read
from archcalc.readers.pt2.symbols import evaluate, solve
from tests.exactly import exactly
from tests.readers.pt2_writer import Node, archive, graph, program, symbol
from tests.readers.test_pt2 import CONV, WEIGHTS, counted, failed

Place: TypeAlias = tuple[Any, Any]

HERE = Path(__file__).parent
CONTENT = {name: (HERE / f"{name}.pt2").read_bytes() for name in ("residual", "words")}
INSTEAD: st.SearchStrategy[object] = st.sampled_from(
    [
        None, True, 0, 1, -1, 2, 7, 2**31, 10**30, 10**400, -(10**20), 0.5, 1e308, "", "x", [], {},
        [[]], "Symbol('s0')", "torch.ops.aten.add.Tensor", "torch.ops.aten.lstm.input",
        {"as_int": 3}, {"as_none": True}, {"as_tensor": {"name": "x"}}, {"as_ints": [1, 2]},
        {"as_ints": [0]}, {"as_float": 1.5}, {"as_string": "same"}, "\ud800", "a\x1b[31m",
        {"as_expr": {"expr_str": "Symbol('s0')", "hint": {"as_int": 3}}},
    ]
)  # fmt: skip


@cache
def text_of(name: str) -> Any:  # noqa: ANN401 - JSON
    with ZipFile(BytesIO(CONTENT[name])) as opened:
        return json.loads(opened.read("net/models/model.json"))


def places(found: Any) -> list[Place]:  # noqa: ANN401
    """List all places of a text of JSON, by what they lie in and their key."""
    listed: list[tuple[Any, Any]] = []
    if isinstance(found, dict | list):
        listed = [*(found.items() if isinstance(found, dict) else enumerate(found))]
    return [p for key, inner in listed for p in ((found, key), *places(inner))]


@st.composite
def mutated(draw: st.DrawFn) -> Any:  # noqa: ANN401
    """Draw a program of which some values are replaced, moved or left out."""
    text = deepcopy(text_of(draw(st.sampled_from(sorted(CONTENT)))))
    for _ in range(draw(st.integers(1, 4))):
        there = places(text)
        within, key = there[draw(st.integers(0, len(there) - 1))]
        if draw(st.booleans()):
            within[key] = deepcopy(draw(INSTEAD))
        elif draw(st.booleans()):
            del within[key]
        else:
            other, elsewhere = there[draw(st.integers(0, len(there) - 1))]
            within[key] = deepcopy(other[elsewhere])
    return text


def survive(content: bytes) -> None:
    """Read and count a file, or get a mistake that shows nothing unprintable."""
    said = ""
    with limits.raised(layers=2_000):
        try:
            check(count(read(File("net.pt2", content), None)))
        except ArchcalcError as error:
            said = str(error)
    assert all(line.isprintable() for line in said.splitlines())


def check(report: Report) -> None:
    """Hold a report against itself."""
    assert report.total.parameters == sum(row.parameters for row in report.rows)
    assert all(node.path.isprintable() for node in report.nodes)
    report.to_dict()


@given(mutated())
def test_mutated_programs_are_read_or_refused(text: Any) -> None:  # noqa: ANN401
    survive(archive(json.dumps(text)))


@given(st.sampled_from(sorted(CONTENT)), st.integers(0, 4_000))
@example("words", 22)
def test_truncated_files_are_refused(name: str, length: int) -> None:
    content = CONTENT[name]
    content = content[: min(length, len(content) - 1)]
    with pytest.raises(ArchcalcError):
        read(File("net.pt2", content), None)


@given(
    st.sampled_from(sorted(CONTENT)),
    st.lists(st.tuples(st.integers(0, 3_900), st.integers(0, 255)), min_size=1, max_size=4),
)
def test_bytes_that_are_changed_make_an_error_or_a_network(
    name: str, changes: list[tuple[int, int]]
) -> None:
    content = bytearray(CONTENT[name])
    for at, byte in changes:
        content[at % len(content)] = byte
    survive(bytes(content))


NODES = [CONV]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[1, 2]", "net.pt2: error[not-pt2]: `net/models/model.json` is no object of JSON"),
        ('{"a": NaN}', ("net.pt2: error[not-pt2]: `net/models/model.json` is no JSON: "
         "`NaN` is no number")),
        ("[" * 100_000, "net.pt2: error[too-deep]: `net/models/model.json` is nested too deeply"),
        ("{}", ("net.pt2: error[not-pt2]: this is not as PyTorch writes it: "
         "KeyError: 'graph_module'")),
        (program([], inputs={}), "net.pt2: error[empty]: no tensor enters the program"),
        (
            program([CONV]),
            ("net.pt2: node `conv`: error[wrong-input]: no node before it gives `p_conv_weight`\n"
            "  hint: nodes stand in the order in which they run"),
        ),
        (
            program([Node("relu.default", {"a\x1b": (1, 3)}, {"self": "a\x1b"})]),
            ("net.pt2: node `a\\x1b`: error[wrong-input]: no node before it gives `a\\x1b`\n"
            "  hint: nodes stand in the order in which they run"),
        ),
        (
            program([CONV], inputs={"x": (1, 3, -8, 8)}, weights=WEIGHTS),
            "net.pt2: error[wrong-type]: -8 is no size",
        ),
        (
            program([CONV], inputs={"x": (1,) * 65}, weights=WEIGHTS),
            "net.pt2: error[too-large]: a tensor of 65 axes; 64 are the most",
        ),
        (
            program([CONV], inputs={"x,y": (1, 3)}, weights=WEIGHTS),
            "net.pt2: error[bad-name]: `x,y` is no name of a tensor",
        ),
        (
            program([CONV], weights={"a" * 300: (1,)}),
            ("net.pt2: error[too-large]: a path of 302 characters; 250 are the most\n"
            "  hint: `--limit path_length=N` raises the bound of 250"),
        ),
        (
            program(
                [Node("conv2d.default", {"c": (1, 4, 6, 6)}, {"input": "x"})], weights=WEIGHTS
            ),
            ("net.pt2: layer `c`: error[not-pt2]: this is not as PyTorch writes it: "
            "KeyError: 'weight'"),
        ),
        (
            program([CONV._replace(outputs={"c": (1, 4, 5, 5)})], weights=WEIGHTS),
            ("net.pt2: layer `c`: error[unlike-shapes]: `conv` gives 4x6x6, PyTorch's `conv2d` "
            "4x5x5\n  hint: this is a fault of the reader: please report it"),
        ),
        (
            program([Node("relu.default", {"y": (1, symbol("u0"))}, {"self": "x"})]),
            ("net.pt2: node `y`: error[depends-on-values]: the size `u0` depends on values\n"
            "  hint: what it does for other values is another network: export the part that "
            "does not"),
        ),
    ],
)  # fmt: skip
def test_mistakes_are_told_with_their_place(text: Any, message: str) -> None:  # noqa: ANN401
    assert failed(text) == message


def test_a_number_of_thousands_of_digits_is_refused() -> None:
    assert failed('{"a": ' + "9" * 5_000 + "}").startswith(
        "net.pt2: error[not-pt2]: `net/models/model.json` is no JSON: Exceeds the limit"
    )


def test_what_is_unpacked_is_bounded() -> None:
    """Seventeen million blanks are packed into 17 kB."""
    content = archive(" " * 17_000_000)
    assert len(content) < 50_000
    assert told(content) == (
        "net.pt2: error[too-large]: `net/models/model.json` is larger than 16,000,000 bytes\n"
        "  hint: `--limit file_bytes=N` raises the bound of 16,000,000"
    )


def test_values_are_counted_before_they_are_made() -> None:
    assert told(archive("[" + "[]," * 800_000 + "1]")) == (
        "net.pt2: error[too-large]: `net/models/model.json` has more than 720,000 values\n"
        "  hint: `--limit values=N` raises the bound of 720,000"
    )


def told(content: bytes) -> str:
    """Give the error of a file."""
    with pytest.raises(ArchcalcError) as caught:
        read(File("net.pt2", content), None)
    return str(caught.value)


def test_a_list_of_parts_is_bounded_before_it_is_read() -> None:
    content = archive(program(NODES, weights=WEIGHTS), parts={f"net/{n}": b"" for n in range(300)})
    with limits.raised(file_bytes=40_000):
        assert told(content) == (
            "net.pt2: error[too-large]: its list of members is larger than 10,000 bytes\n"
            "  hint: `--limit file_bytes=N` raises the bound of 40,000"
        )


def test_other_parts_are_never_unpacked() -> None:
    odd = {"net/data/sample_inputs/model.pt": b"\x80"}
    content = archive(program(NODES, weights=WEIGHTS), parts=odd)
    assert count(read(File("net.pt2", content), None)).total.parameters == 108


@pytest.mark.parametrize("name", ["../../escape", "/etc/passwd"])
def test_parts_that_lead_out_of_the_archive_are_refused(name: str) -> None:
    assert told(archive(program(NODES, weights=WEIGHTS), parts={name: b"x"})) == (
        f"net.pt2: error[not-an-archive]: the member `{name}` has a path that leads out of the "
        "archive"
    )


def test_what_is_no_archive_of_one_program_says_so() -> None:
    hint = "\n  hint: `torch.export.save` writes a file that holds one"
    two = archive("{}", parts={"net/models/other.json": b"{}"})
    assert told(two) == (
        "net.pt2: error[not-pt2]: it holds 2 exported programs: "
        "net/models/model.json, net/models/other.json" + hint
    )
    assert told(b"PK\x03\x04" + bytes(100)) == (
        "net.pt2: error[not-an-archive]: the archive is cut off, or is none\n"
        "  hint: a zip lists its members at its end, which a file that is cut off has lost"
    )
    out = BytesIO()
    with ZipFile(out, "w", ZIP_LZMA) as written:
        written.writestr("net/models/model.json", "{}")
    assert told(out.getvalue()) == (
        "net.pt2: error[not-read]: `net/models/model.json` is compressed or locked in a way that "
        "is not read"
    )


def test_graphs_within_graphs_are_bounded() -> None:
    inner = graph([], {"x": (1, 3)}, ["x"])
    target = "torch.ops.higher_order.wrap_with_set_grad_enabled"
    for _ in range(40):
        args = {"on": True, "body": {"as_graph": {"name": "g", "graph": inner}}, "given": "x"}
        inner = graph([Node(target, {"y": (1, 3)}, args)], {"x": (1, 3)}, ["y"])
    text = program([Node(target, {"y": (1, 3)}, args)], inputs={"x": (1, 3)})
    assert "error[too-large]: graphs stand within graphs too deeply" in failed(text)


def test_tensors_that_gather_all_others_are_bounded() -> None:
    nodes = []
    for n in range(300):
        nodes.append(Node("relu.default", {f"a{n}": (1, 3)}, {"self": "x"}))
        args = {"condition": "x", "self": f"w{n - 1}" if n else "x", "other": f"a{n}"}
        nodes.append(Node("where.self", {f"w{n}": (1, 3)}, args))
    text = program(nodes, inputs={"x": (1, 3)})
    assert len(counted(text).rows) == 300
    with limits.raised(values=20_000):
        assert "error[too-large]: tensors with too many others in them" in failed(text)


@pytest.mark.parametrize(
    "expression",
    [
        "", "Symbol(", "Symbol('s0'", "Symbol('s0'))", "Add()", "Launch('s0')", "Integer(1.5)",
        "Add(Symbol('s0'), 'x')", "Integer(-1)", "Rational(1, 2)", "FloorDiv(Integer(1), 0)",
        "Pow(Integer(2), Rational(1, 2))", "Pow(Integer(0), Integer(-1))", "Mul(" * 2_000,
        "__import__('os').system('true')",
    ],
)  # fmt: skip
def test_an_expression_that_is_none_is_refused(expression: str) -> None:
    with pytest.raises(Reason, match="a size that is free is not read"):
        evaluate(expression, {"s0": 3})


@pytest.mark.parametrize(
    "expression",
    [
        "Pow(Integer(10), Integer(1000))",
        "Mul(" + ", ".join(["Integer(99999999)"] * 500) + ")",
    ],
)
def test_sizes_are_bounded_while_they_are_worked_out(expression: str) -> None:
    with pytest.raises(Reason, match=exactly("a size of more than 1,024 bits")):
        evaluate(expression, {})


def test_sizes_are_solved_for_one_symbol() -> None:
    half = f"FloorDiv({symbol('s0')}, Integer(2))"
    assert evaluate(half, {"s0": 7}) == 3
    assert solve(symbol("s0"), 9, {}) == {"s0": 9}
    assert solve(f"Add(Mul(Integer(3), {symbol('s0')}), Integer(1))", 10, {}) == {"s0": 3}
    assert solve(f"Mul(Integer(2), {symbol('s0')})", 7, {}) == {}
    assert solve(half, 4, {}) == {}  # it is 0 at 1, 1 at 2: not linear
