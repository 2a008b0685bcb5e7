"""Files that nobody would write: a mistake with its place, or a network, nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from archcalc import ArchcalcError, Report, count, limits, read
from archcalc.files import File
from archcalc.readers import caffe, darknet, prototext
from archcalc.spec.reader import Source
from tests.exactly import exactly

HERE = Path(__file__).parent
FILES = {name: (HERE / name).read_text("utf-8") for name in ("detector.prototxt", "detector.cfg")}
READERS = {"detector.prototxt": caffe.read, "detector.cfg": darknet.read}
PIECES = st.sampled_from(
    [
        "", "0", "-1", "1", "7", "2147483647", "2147483648", "-99999999999", "9" * 5000, "1e30",
        "0.5", "nan", "true", "{", "}", "[", "]", "[net]", '"', ":", "=", ",", "#", "\n", "\0",
        "\x1b[31m", "\u202e", "/", "..", "data", "c1", "bottom", "top", "from", "layers", "groups",
        "layer {", "type: ", "Convolution", "Python", "pad: ", "stride", "kernel_size: ", "size",
        "[route]", "[shortcut]", "[yolo]", "[connected]", "activation=", "dim: ", "axis: ",
    ]
)  # fmt: skip


@st.composite
def mutated(draw: st.DrawFn) -> tuple[str, str]:
    """Draw a small file with some stretches replaced, moved or left out."""
    name = draw(st.sampled_from(sorted(FILES)))
    text = FILES[name]
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(text)))
        end = min(len(text), start + draw(st.sampled_from([0, 0, 1, 2, 5, 12, 60])))
        piece = draw(st.one_of(PIECES, st.just(text[end : end + 40]), st.text(max_size=4)))
        text = text[:start] + piece + text[end:]
    return name, text


def survive(name: str, text: str) -> None:
    """Read and count a text, or get a mistake that shows nothing unprintable."""
    with limits.raised(layers=2_000):
        try:
            graph = READERS[name](File(name, text.encode("utf-8", "surrogatepass")), "3x32x32")
        except ArchcalcError as error:
            said = str(error)
        else:
            said = ""
            check(count(graph))
    assert all(line.isprintable() for line in said.splitlines())


def check(report: Report) -> None:
    """Hold a report against itself."""
    assert report.total.parameters == sum(row.parameters for row in report.rows)
    assert all(node.path.isprintable() for node in report.nodes)
    assert len({node.path for node in report.nodes}) == len(report.nodes)
    report.to_dict()


@given(mutated())
@example(("detector.cfg", "[net]\ninputs=1\n[reorg]\nstride=0\n"))
@example(("detector.prototxt", 'layer { type: "ReLU" bottom: "x" top: "x" }'))
def test_mutated_files_are_read_or_refused(drawn: tuple[str, str]) -> None:
    survive(*drawn)


@given(st.sampled_from(sorted(FILES)), st.text())
def test_random_texts_are_refused_or_read(name: str, text: str) -> None:
    survive(name, text)


@given(st.sampled_from(sorted(FILES)), st.integers(0, 3_000))
def test_truncated_files_are_refused_or_read(name: str, length: int) -> None:
    survive(name, FILES[name][:length])


def test_the_files_themselves_are_read() -> None:
    for name in FILES:
        assert read(HERE / name, input="3x32x32").nodes


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        (
            "detector.prototxt",
            "layer { a { " * 50_000,
            "too-deep]: messages are nested more than",
        ),
        ("detector.prototxt", "a: [" + "1," * 2_000, "too-large]: more than 1,000 values"),
        ("detector.prototxt", "a: 1 " * 2_000, "too-large]: more than 1,000 values"),
        ("detector.prototxt", "layer { } " * 600, "too-large]: 600 layers; 500 are the most"),
        ("detector.cfg", "[net]\n" + "[cost]\n" * 600, "too-large]: 600 layers; 500 are the most"),
        ("detector.cfg", "[net]\n" + "a=1\n" * 2_000, "too-large]: more than 1,000 lines"),
    ],
)
def test_what_is_too_much_is_refused(name: str, text: str, message: str) -> None:
    bounds = limits.raised(values=1_000, layers=500)
    with bounds, pytest.raises(ArchcalcError) as caught:
        READERS[name](File(name, text.encode()), None)
    assert message in str(caught.value)


def test_numbers_of_any_size_are_counted() -> None:
    text = "[net]\ninputs=2147483647\n" + "[connected]\noutput=2147483647\n" * 9

    found = count(darknet.read(File("x.cfg", text.encode()), None))
    assert found.total.parameters == 9 * 2147483647 * (2147483647 + 1)


def test_maps_that_double_are_bounded() -> None:
    text = "[net]\ninputs=4\n[softmax]\n" + "[route]\nlayers=-1,-1\n" * 2_000

    with pytest.raises(
        ArchcalcError,
        match=exactly(
            "x.cfg:2046:1: error[too-large]: a shape of 1,025 bits\n"
            " 2046 | [route]\n"
            "      | ^^^^^^^\n"
            "  hint: `--limit integer_bits=N` raises the bound of 1,024"
        ),
    ):
        darknet.read(File("x.cfg", text.encode()), None)


def test_a_name_of_kilobytes_is_refused() -> None:
    text = f'layer {{ name: "{"n" * 5_000}" type: "ReLU" bottom: "d" top: "e" }}'

    with pytest.raises(
        ArchcalcError,
        match=exactly(
            "x.prototxt:1:15: error[too-large]: a name of 5,000 characters\n"
            f'    1 | layer {{ name: "{"n" * 79}\n'
            f"      | {' ' * 14}{'^' * 80}\n"
            "  hint: `--limit text_length=N` raises the bound of 200"
        ),
    ):
        caffe.read(File("x.prototxt", text.encode()), None)


def test_plain_fields_and_others_have_the_same_places() -> None:
    text = (
        'a: "x" b : -1e3\n\n\t\tc:2 # c: 3\nd {e: f.5\r\n g:"\\n" } h: ["i", j]\n'
        " k: 'l' m\r: 4 a:\"\""
    )

    def places(message: prototext.Message) -> list[tuple[str, str, int, int]]:
        found = []
        for name, values in message.items():
            for value in values:
                if isinstance(value, prototext.Message):
                    found += [(name, "{", value.line, value.column), *places(value)]
                else:
                    found.append((name, value.text, value.line, value.column))
        return found

    # lines and columns counted from 0 by hand; a tab, and the return before a line's end, are one
    assert places(prototext.parse(Source("net", text))) == [
        ("a", "x", 0, 3),
        ("a", "", 5, 16),
        ("b", "-1e3", 0, 11),
        ("c", "2", 2, 4),
        ("d", "{", 3, 2),
        ("e", "f.5", 3, 6),
        ("g", "\n", 4, 3),
        ("h", "i", 4, 14),
        ("h", "j", 4, 19),
        ("k", "l", 5, 4),
        ("m", "4", 5, 12),
    ]
