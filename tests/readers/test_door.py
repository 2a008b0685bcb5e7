"""The one door: what a file is, who reads it, and every command on it."""

from __future__ import annotations

import io
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from archcalc import ArchcalcError, confirm, count, diff, explain, load, read
from archcalc.files import KINDS, SPEC, File, kind_of
from tests.readers.tiny import CFG, PARAMETERS, PROTOTXT

if TYPE_CHECKING:
    from pathlib import Path

YAML = "input: 1x8x8\nlayers: [{conv: 2, kernel: 3, name: c}, relu, {linear: 4}]\n"


@pytest.mark.parametrize("text", [PROTOTXT, CFG, YAML])
@pytest.mark.parametrize("name", ["net.txt", "net", "x.prototxt", "x.cfg"])
def test_a_kind_is_told_by_content_whatever_the_name(text: str, name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text(text, "utf-8")
    if text is YAML and name.startswith("x."):
        with pytest.raises(ArchcalcError, match=r"not-prototxt|not-cfg"):
            read(tmp_path / name)
        return

    assert count(tmp_path / name).total.parameters == PARAMETERS
    assert read(io.StringIO(text)).origin.id in {"spec", "tiny"}


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        (
            "x.pt",
            b"PK\x03\x04xarchive/data.pkl",
            (
                "error[not-read]: `x.pt` is a PyTorch checkpoint, which is not read: "
                "reading it can run "
                "code of whoever wrote it\n"
                "  hint: `torch.export.save` writes a .pt2, `torch.onnx.export` an .onnx"
            ),
        ),
        (
            "x",
            b"\x80\x02}q\x00.",
            (
                "error[not-read]: `x` is a PyTorch checkpoint, which is not read: "
                "reading it can run "
                "code of whoever wrote it\n"
                "  hint: `torch.export.save` writes a .pt2, `torch.onnx.export` an .onnx"
            ),
        ),
        (
            "x",
            b"PK\x03\x04" + 26 * b"\0" + b"x/data/0FB\x06\0ZZ",
            (
                "error[not-read]: `x` is a TorchScript program, which is not read: reading it can "
                "run code of whoever wrote it\n"
                "  hint: `torch.export.save` writes a .pt2, `torch.onnx.export` an .onnx"
            ),
        ),
        (
            "x.h5",
            b"\x89HDF\r\n\x1a\n",
            (
                "error[not-read]: `x.h5` is a Keras HDF5 file, which is not read: its network lies "
                "within a file of weights\n"
                "  hint: `model.to_json()` writes the network alone, `model.save` a .keras"
            ),
        ),
        (
            "x.bin",
            b"\x1c\0\0\0TFL3\0",
            (
                "error[not-read]: `x.bin` is a TensorFlow Lite model, which is not read: "
                "its layers are "
                "those of a compiler, without the names that they had\n"
                "  hint: read what it was made from: a .keras, an .onnx, a .pt2"
            ),
        ),
        (
            "x.pb",
            b"\x08\x01",
            (
                "error[not-read]: `x.pb` is a TensorFlow SavedModel, which is not read: its layers "
                "are those that TensorFlow made of them\n"
                "  hint: `model.to_json()` writes the network alone, `model.save` a .keras"
            ),
        ),
        (
            "x.caffemodel",
            b"\x0a\x04tiny",
            (
                "error[not-read]: `x.caffemodel` is a file of Caffe weights, which is not read: "
                "it holds "
                "weights\n  hint: its network stands in a .prototxt"
            ),
        ),
        (
            "x.png",
            b"\x89PNG\r\n",
            (
                "error[unknown-kind]: `x.png` is no network of a kind that is read\n"
                "  hint: what is read: archcalc specs (YAML), PyTorch exported program, "
                "ONNX model, Keras model, darknet cfg, Caffe prototxt"
            ),
        ),
    ],
)
def test_what_is_not_read_says_why(name: str, content: bytes, message: str) -> None:
    with pytest.raises(ArchcalcError) as caught:
        read(file_called(name, content))
    assert str(caught.value) == message


def file_called(name: str, content: bytes) -> io.BytesIO:
    file = io.BytesIO(content)
    file.name = name
    return file


def test_every_kind_is_read_or_refused_with_a_reason() -> None:
    assert all(bool(kind.module) != bool(kind.why) for kind in KINDS)


def test_what_has_a_suffix_of_specs_is_one() -> None:
    assert kind_of(File("x.yaml", PROTOTXT.encode())) is SPEC


def test_only_a_spec_is_loaded_as_one(tmp_path: Path) -> None:
    (tmp_path / "net.cfg").write_text(CFG, "utf-8")

    with pytest.raises(ArchcalcError) as caught:
        load(tmp_path / "net.cfg")
    assert str(caught.value) == (
        f"error[not-a-spec]: `{tmp_path / 'net.cfg'}` is a darknet cfg, not a spec\n"
        "  hint: `archcalc.read` gives the graph of its network"
    )


def test_the_same_network_in_three_languages() -> None:
    of_caffe, of_darknet, own = map(read, map(io.StringIO, (PROTOTXT, CFG, YAML)))

    assert of_caffe.origin.name == "tiny"
    assert {change.kind for change in diff(own, of_caffe).changes} == {"renamed"}
    assert {change.kind for change in diff(own, of_darknet).changes} == {"renamed"}
    assert all(confirm(graph).agrees for graph in (of_caffe, of_darknet))
    assert str(explain(of_caffe, "c")["c"]["parameters"]) == "2·(3·3·1 + 1) = 20"


def test_counting_a_spec_imports_no_reader_of_files() -> None:
    program = (
        "import sys, archcalc\n"
        "archcalc.count('lenet5')\n"
        "print([name for name in sys.modules if name.startswith('archcalc.readers.caffe')])\n"
    )
    command = [sys.executable, "-c", program]
    found = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603
    assert found.stdout == "[]\n"


def test_the_folder_of_a_saved_model_says_why(tmp_path: Path) -> None:
    (tmp_path / "saved_model.pb").write_bytes(b"\x08\x01")

    with pytest.raises(ArchcalcError) as caught:
        read(tmp_path)
    assert str(caught.value) == (
        f"error[not-read]: `{tmp_path}` is a TensorFlow SavedModel, which is not read: its layers "
        "are those that TensorFlow made of them\n"
        "  hint: `model.to_json()` writes the network alone, `model.save` a .keras"
    )


def test_a_spec_in_json_stays_one(tmp_path: Path) -> None:
    path = tmp_path / "net.json"
    path.write_text('{"input": "1x8x8", "layers": [{"conv": 2, "kernel": 3}]}', "utf-8")

    assert read(path).origin.kind == "spec"
