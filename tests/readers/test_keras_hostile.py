"""Keras files that are wrong, or that nobody would write: a mistake with its place, no more."""

from __future__ import annotations

import json
import tracemalloc
import zipfile
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from archcalc import ArchcalcError, count, limits
from archcalc.files import File
from archcalc.readers.keras import read
from tests.readers.keras_writer import archive, enters, file_of, graph, layer, reads, row, tensor

if TYPE_CHECKING:
    from collections.abc import Callable

TINY = row(enters(8, 8, 1), layer("Conv2D", "conv", filters=2, kernel_size=3), layer("Flatten"))
TEXT = json.dumps(TINY, indent=1)


def complaint(file: File, given: str | None = None) -> str:
    with pytest.raises(ArchcalcError) as caught:
        read(file, given)
    said = str(caught.value)
    assert all(line.isprintable() for line in said.splitlines())
    return said


def changed(**config: Any) -> File:  # noqa: ANN401
    """Write a convolution whose configuration is another one, a key in a line."""
    model = row(enters(8, 8, 1), layer("Conv2D", "c", **config))
    return file_of(json.dumps(model, indent=1))


def ends(text: str) -> dict[str, Any]:
    return {"inputs": [["x", 0, 0]], "outputs": [[text, 0, 0]]}


X = tensor("x")
LOOP = graph(
    enters(4, name="x"),
    reads(layer("Add", "a"), [[X, tensor("b")]]),
    reads(layer("Dense", "b", units=4), [tensor("a")]),
    **ends("b"),
)
MISSING = graph(
    enters(4, name="x"), reads(layer("Dense", "fc1", units=4), [tensor("y")]), **ends("fc1")
)
NO_USE = graph(enters(4, name="x"), reads(layer("ReLU", "r"), [tensor("x", 3)]), **ends("r"))


@pytest.mark.parametrize(
    ("file", "message"),
    [
        (
            changed(filters="two", kernel_size=3),
            """\
model.json:25:17: error[wrong-type]: `filters` is a whole number, 1 or more, not `two`
   25 |      "filters": "two",
      |                 ^^^^^""",
        ),
        (
            changed(filters=2, kernel_size=[3, 3, 3]),
            """\
model.json:26:21: error[wrong-type]: `kernel_size` has 3 numbers, for 2 extents
   26 |      "kernel_size": [
      |                     ^""",
        ),
        (
            changed(filters=2, kernel_size=9),
            """\
model.json:20:4: error[window-does-not-fit]: a window of 9 does not fit in the height 8; \
what enters `conv` is 8x8x1 (height x width x channels)
   20 |    {
      |    ^
  hint: a smaller kernel, more padding, or a larger input""",
        ),
        (
            changed(filters=2),
            """\
model.json:20:4: error[missing-key]: there is no `kernel_size`
   20 |    {
      |    ^""",
        ),
        (
            changed(filters=2, kernel_size=3, padding="some"),
            """\
model.json:27:17: error[wrong-type]: `padding` is one of valid, same, not `some`
   27 |      "padding": "some"
      |                 ^^^^^^""",
        ),
        (
            file_of(json.dumps(row(enters(4, 4), layer("Conv2D", filters=1, kernel_size=1)))),
            "`Conv2D` takes 3 axes without the batch, and gets 4x4",
        ),
        (file_of(LOOP), "error[endless]: what `a` reads waits for it in turn"),
        (file_of(MISSING), "error[wrong-input]: `fc1` reads `y`, which is not there"),
        (file_of(NO_USE), "error[wrong-input]: `r` reads use 3 of `x`, which is not there"),
        (
            file_of(graph(enters(4, name="x"), inputs=[["x", 0, 0]], outputs=[["y", 0, 0]])),
            "error[wrong-input]: there is no output 0 of use 0 of `y`",
        ),
        (
            file_of(graph(enters(4, name="x"), inputs=[], outputs=[["x", 0, 0]])),
            "error[not-keras]: `input_layers` names no layer",
        ),
        (file_of(row(enters(4), layer("ReLU", "r"), layer("ReLU", "r"))), "two layers `r`"),
        (file_of(row()), "error[empty]: `net` has no layers"),
        (file_of("[]"), "error[not-keras]: a layer is a mapping with its `class_name`"),
        (file_of('{"class_name": "Net", "config": {}}'), "error[not-read]: `Net` is a class of"),
        (
            file_of({**TINY, "keras_version": "1.2.2"}),
            "error[not-read]: the form of Keras 1 is not read",
        ),
        (file_of(""), "model.json:1:1: error[not-keras]: this is not JSON: it ends too early"),
        (file_of('{"a": 1,}'), "error[not-keras]: this is not JSON: `}` was not expected here"),
        (
            file_of(
                graph(
                    enters(4, name="x"),
                    reads(layer("Dense", "fc", units=3), [X]),
                    reads(layer("ReLU", "r"), [tensor("fc", 0, 0, 5)]),
                    **ends("r"),
                )
            ),
            "error[unlike-shapes]: `Dense` gives 3, the file states 5",
        ),
        *(
            (
                file_of(row(enters(4), layer(kind, "y", axes=1))),
                f"error[two-inputs]: `{kind}` takes 2 tensors, not 1",
            )
            for kind in ("CustomScaleLayer", "Dot")
        ),
    ],
)  # fmt: skip
def test_mistakes_have_a_place(file: File, message: str) -> None:
    said = complaint(file)
    assert said == message if message.startswith("model.json:2") else message in said
    assert said.startswith("model.json")


@pytest.mark.parametrize(
    ("file", "message"),
    [
        (lambda: archive(("weights", b"")), "[not-an-archive]: the archive has no `config.json`"),
        (
            lambda: archive(("config.json", "{}"), ("../../x", "")),
            "[not-an-archive]: the member `../../x` has a path that leads out of the archive",
        ),
        (
            lambda: File("model.keras", archive(("config.json", TEXT)).head[:-30]),
            "[not-an-archive]: the archive is cut off, or is none",
        ),
        (
            lambda: archive(("config.json", TEXT), compression=zipfile.ZIP_LZMA),
            "[not-read]: `config.json` is compressed or locked in a way that is not read",
        ),
        (lambda: archive(("config.json", TEXT.encode() + b"\xff")), "[not-keras]: this is not"),
    ],
)  # fmt: skip
def test_archives_that_are_wrong(file: Callable[[], File], message: str) -> None:
    said = complaint(file())
    assert message in said
    assert said.startswith("model.keras")


def test_an_archive_that_unpacks_to_gigabytes_is_refused_in_little_memory() -> None:
    bomb = archive(("config.json", b" " * 300_000_000), compression=zipfile.ZIP_DEFLATED)
    tracemalloc.start()
    said = complaint(bomb)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert "[too-large]: `config.json` is larger than 16,000,000 bytes" in said
    assert peak < 100_000_000


def test_a_list_of_members_without_end_is_not_read() -> None:
    content = bytearray(archive(("config.json", TEXT)).head)
    end = content.rindex(b"PK\x05\x06")
    content[end + 12 : end + 16] = (2_500_000).to_bytes(4, "little")
    content[:0] = b"\0" * 2_500_000
    assert "[" in complaint(File("model.keras", bytes(content)))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[" * 100_000, "too-deep]: brackets are nested too deep"),
        ('{"a":' * 100_000, "too-deep]: brackets are nested too deep"),
        ("[" + "1," * 2_000, "too-large]: more than 1,000 values"),
        (json.dumps(row(enters(4), *[layer("ReLU")] * 120)), "too-large]: 121 layers; 100 are"),
        (TEXT.replace('"filters": 2', f'"filters": {"9" * 5_000}'), "not `9999"),
        (TEXT.replace('"filters": 2', '"filters": 2147483648'), "not `2147483648`"),
        (TEXT.replace('"filters": 2', '"filters": 1e400'), "not `inf`"),
        (TEXT.replace('"filters": 2', '"filters": -3'), "not `-3`"),
        (TEXT.replace('"filters": 2', '"filters": true'), "not true"),
        (TEXT.replace('"conv"', '"\\u001b[31m\\u202e"'), ""),
    ],
)
def test_what_is_too_much_is_refused(text: str, message: str) -> None:
    bound = 1_000_000 if "deep" in message else 1_000
    with limits.raised(values=bound, layers=100):
        if message:
            assert message in complaint(file_of(text))
        else:
            assert all(node.path.isprintable() for node in read(file_of(text), None).nodes)


def test_models_within_models_do_not_multiply() -> None:
    """Each applies the one within it twice: 2^30 layers."""
    model = graph(enters(4, name="x"), reads(layer("ReLU", "r"), [X]), **ends("r"), name="m0")
    for depth in range(1, 30):
        twice = reads(model, [X], [tensor(f"m{depth - 1}", 0, 0)])
        outputs = [[f"m{depth - 1}", 2, 0]]
        model = graph(
            enters(4, name="x"), twice, inputs=[["x", 0, 0]], outputs=outputs, name=f"m{depth}"
        )
    with limits.raised(steps=3_000, layers=3_000):
        assert "too-" in complaint(file_of(model))


def test_what_a_layer_is_applied_to_is_nested_to_a_bound() -> None:
    nested: Any = X
    for _ in range(100):
        nested = [nested]
    model = graph(enters(4, name="x"), reads(layer("Add", "a"), [nested]), **ends("a"))
    assert "error[too-deep]: what a layer is applied to is nested too deep" in complaint(
        file_of(model)
    )


PIECES = st.sampled_from(
    [
        "", "0", "-1", "1", "7", "2147483648", "9" * 400, "1e30", "0.5", "null", "true", "{", "}",
        "[", "]", '"', ":", ",", "\n", "\0", "\\u202e", "[1, 2]", "{}", "[]", '"same"', '"conv"',
        '"Lambda"', '"TimeDistributed"', '"InputLayer"', '"Sequential"', '"layers"', '"axis"',
    ]
)  # fmt: skip
FILES = [
    json.dumps(TINY),
    json.dumps(
        graph(
            enters(4, 3, name="x"),
            reads(layer("LSTM", "l", units=2, return_sequences=True), [X]),
            reads(layer("Concatenate", "c", axis=-1), [[X, tensor("l")]]),
            reads(layer("MultiHeadAttention", "m", num_heads=1, key_dim=2), [tensor("c"), X]),
            reads(layer("Reshape", "r", target_shape=[-1]), [tensor("m")]),
            **ends("r"),
        )
    ),
    json.dumps(row(enters(4, 3), layer("Bidirectional", "b", layer=layer("GRU", units=2)))),
]


@st.composite
def mutated(draw: st.DrawFn) -> str:
    """Draw a small file with some stretches replaced, moved or left out."""
    text = draw(st.sampled_from(FILES))
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(text)))
        end = min(len(text), start + draw(st.sampled_from([0, 0, 1, 2, 5, 12, 60])))
        piece = draw(st.one_of(PIECES, st.just(text[end : end + 40]), st.text(max_size=4)))
        text = text[:start] + piece + text[end:]
    return text


@st.composite
def other_values(draw: st.DrawFn) -> str:
    """Draw a small file in which some values are others of any kind."""
    model = json.loads(draw(st.sampled_from(FILES)))
    values = st.one_of(
        st.none(), st.booleans(), st.integers(-3, 2**32), st.floats(), st.text(max_size=3),
        st.lists(st.integers(-2, 9), max_size=4), st.builds(dict),
    )  # fmt: skip
    for _ in range(draw(st.integers(1, 3))):
        at = model
        while True:
            keys = [*at] if isinstance(at, dict) else [*range(len(at))]
            if not keys:
                break
            key = draw(st.sampled_from(keys))
            if isinstance(at[key], dict | list) and draw(st.integers(0, 9)):
                at = at[key]
                continue
            at[key] = draw(values)
            break
    return json.dumps(model)


def survive(text: str) -> None:
    """Read and count a text, or get a mistake that shows nothing unprintable."""
    with limits.raised(layers=2_000):
        try:
            graph = read(File("x.json", text.encode("utf-8", "surrogatepass")), None)
        except ArchcalcError as error:
            said = str(error)
        else:
            said = ""
            report = count(graph)
            assert report.total.parameters == sum(row.parameters for row in report.rows)
            assert len({node.path for node in report.nodes}) == len(report.nodes)
            report.to_dict()
    assert all(line.isprintable() for line in said.splitlines())


@given(mutated())
@example('{"class_name": "Sequential", "config": [{"class_name": "ReLU", "config": null}]}')
def test_mutated_files_are_read_or_refused(text: str) -> None:
    survive(text)


@given(other_values())
def test_other_values_are_read_or_refused(text: str) -> None:
    survive(text)


@given(st.sampled_from(FILES), st.integers(0, 3_000))
def test_truncated_files_are_refused(text: str, length: int) -> None:
    survive(text[:length])


@given(st.binary(max_size=200), st.integers(0, 400), st.booleans())
def test_damaged_archives_are_read_or_refused(piece: bytes, at: int, cut: bool) -> None:  # noqa: FBT001
    whole = archive(("config.json", TEXT)).head
    content = whole[:at] + piece + (b"" if cut else whole[at + len(piece) :])
    said = ""
    try:
        count(read(File("x.keras", content), None))
    except ArchcalcError as error:
        said = str(error)
    assert all(line.isprintable() for line in said.splitlines())
