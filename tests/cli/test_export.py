"""`archcalc export`: which language it writes, where to, and what it refuses."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.cli.conftest import Outcome

    Call = Callable[..., Outcome]

WORDS = Path(__file__).parents[1] / "readers" / "words.pt2"


def test_a_network_of_the_library_is_printed_as_it_is_written(archcalc: Call) -> None:
    assert archcalc("export", "lenet5").output.startswith("# LeNet, from the zip codes of 1989")
    assert "variants:" not in archcalc("export", "lenet5", "--to", "yaml").output
    assert "conv: 24," in archcalc("export", "densenet-40-12", "--set", "growth=24").output


def test_what_was_read_from_another_file_becomes_a_spec(archcalc: Call, tmp_path: Path) -> None:
    net, spec = tmp_path / "net.cfg", tmp_path / "net.yaml"
    net.write_text(
        "[net]\nheight=8\nwidth=8\nchannels=3\n[convolutional]\nfilters=4\nsize=3\n[softmax]\n"
    )
    status, output, errors = archcalc("export", str(net), "-o", str(spec))
    assert (status, output, errors) == (0, "", f"wrote {spec}\n")
    rows = [archcalc("show", str(file), "--format", "csv").output for file in (net, spec)]
    assert rows[0] == rows[1]


def test_the_suffix_of_the_file_says_the_language(archcalc: Call, tmp_path: Path) -> None:
    module, file = tmp_path / "net.py", tmp_path / "net.onnx"
    assert archcalc("export", "lenet5", "-o", str(module)).errors == f"wrote {module}\n"
    assert "class Net(nn.Module):" in module.read_text("utf-8")
    assert archcalc("export", "lenet5", "-o", str(file), "--weights", "none").status == 0
    assert file.stat().st_size < 20_000
    assert archcalc("export", "lenet5-textbook", "-o", str(file)).status == 0
    assert "61,706" in archcalc("show", str(file)).output  # 156 + 2,416 + 48,120 + 10,164 + 850


def test_a_file_of_onnx_that_counts_otherwise_is_noted(archcalc: Call, tmp_path: Path) -> None:
    file = tmp_path / "net.onnx"
    # each of two layers of 650 units, with 4 gates, gets a second bias: 2 x 4 x 650 = 5,200
    why = {
        "lenet5": "60,840 parameters, not 60,000: fixed weights count as trained",
        "lstm-medium": "19,780,400 parameters, not 19,775,200: "
        "a recurrent layer has a second bias, of 0",
        "bert-base": "109,481,472 parameters, not 109,482,240: of a table only what is read counts",
        # 2,048 places with a cosine and a sine for each of 64 pairs, stored once for all layers
        "llama-7b": "6,738,677,760 parameters, not 6,738,415,616: "
        "the angles of positions are stored",
        "transformer-base": "63,148,032 parameters, not 63,045,632: fixed weights count as trained",
    }
    for network, said in why.items():
        assert archcalc("export", network, "-o", str(file), "--weights", "none") == (
            0, "", f"wrote {file}\nnote: read again, it has {said}\n",
        )  # fmt: skip
        again = archcalc("show", str(file), "--json").output
        assert f'"parameters": {said.split()[0].replace(",", "")}' in again


def test_heads_are_written_unless_they_are_left_out(archcalc: Call, tmp_path: Path) -> None:
    assert "return x, aux1, aux2" in archcalc("export", "googlenet", "--to", "torch").output
    bare = archcalc("export", "googlenet", "--to", "torch", "--no-heads").output
    assert "return self.linear(x.flatten(1))" in bare
    assert "aux" not in bare
    file = tmp_path / "main.yaml"
    archcalc("export", "googlenet", "--no-heads", "-o", str(file))
    assert "scope: whole network" in archcalc("show", str(file), "--remarks", "-f", "csv").output


def test_nothing_is_written_over_what_is_read(archcalc: Call, tmp_path: Path) -> None:
    spec, code = tmp_path / "a.yaml", tmp_path / "net.py"
    spec.write_text("{input: 3, layers: [{linear: 2}]}")
    code.write_text("raise SystemExit")
    calls = [
        (["export", str(spec), "-o", str(spec)], spec),
        (["show", f"{spec}#small", "-f", "csv", "-o", str(spec)], spec),
        (["compare", "lenet5", str(spec), "-f", "csv", "-o", str(spec)], spec),
        (["export", f"{code}:Net", "-o", str(code)], code),
        (["page", "lenet5", f"{code}:Net", "-o", str(code)], code),
    ]
    for call, file in calls:
        before = file.read_text()
        message = f"error[reads-it-too]: `{file}` is read, and would be written over\n"
        assert archcalc(*call) == (2, "", f"{message}  hint: name another file after -o\n")
        assert file.read_text() == before


def test_a_file_that_is_no_table_has_no_format(archcalc: Call, tmp_path: Path) -> None:
    for call, name, asked in (
        (["page", "lenet5", "--json"], "net.html", "json"),
        (["draw", "lenet5", "--json"], "net.svg", "json"),
        (["export", "lenet5", "--format", "csv"], "net.py", "csv"),
    ):
        file = tmp_path / name
        assert archcalc(*call, "-o", str(file)).errors == (
            f"error[conflict]: `{file}` is no table, which could be written as {asked}\n"
            "  hint: leave --json and --format out\n"
        )
        assert not file.exists()


def test_what_it_refuses(archcalc: Call) -> None:
    assert archcalc("export", "lenet5", "--to", "yam") == (
        2, "", "error[not-a-choice]: there is no `--to yam`\n  hint: did you mean `yaml`?\n",
    )  # fmt: skip
    assert archcalc("export", "lenet5", "--to", "yaml", "--published").errors == (
        "error[conflict]: only a network of the library as it is written has published figures\n"
        "  hint: leave --to, --input, --set and --no-heads out\n"
    )
    assert archcalc("export", "lenet5", "--to", "onnx").errors == (
        "error[conflict]: a file of ONNX is no text to print\n  hint: name it: `-o net.onnx`\n"
    )
    assert archcalc("export", "lenet5", "-o", "net.pt").errors == (
        "error[unknown-suffix]: the suffix of `net.pt` names no language\n"
        "  hint: one of .yaml, .yml, .py, .onnx\n"
    )
    assert archcalc("export", "lenet5", "--to", "yaml", "-o", "net.onnx").errors == (
        "error[conflict]: `net.onnx` is not named as what `--to yaml` writes\n"
        "  hint: leave --to out for onnx\n"
    )
    assert archcalc("export", "lenet5", "--weights", "some").errors == (
        "error[not-a-choice]: there is no `--weights some`\n  hint: one of values, none\n"
    )
    assert archcalc("export", "nonet").errors == (
        "error[unknown-network]: there is no network `nonet`\n"
        "  hint: `archcalc list` shows all networks; a file needs its suffix .yaml\n"
    )


def test_what_no_layer_moved_is_written_as_a_spec_alone(archcalc: Call, tmp_path: Path) -> None:
    message = (
        "error[not-exported]: `embed` cannot be written: "
        "what it reads is cut or laid out anew, by no layer\n"
        "  hint: `--to yaml` writes it: a stated `layout` stands for that\n"
    )
    for name in ("net.py", "net.onnx"):
        assert archcalc("export", str(WORDS), "-o", str(tmp_path / name)) == (2, "", message)
    assert archcalc("export", str(WORDS), "-o", str(tmp_path / "net.yaml")).status == 0
