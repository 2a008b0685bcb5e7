"""Finding conventions, reading one's own, and what is said where one is wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING, get_args

import pytest

import archcalc
from archcalc.convention.convention import Figures
from archcalc.convention.figure import apply
from archcalc.convention.library import conventions, find
from archcalc.errors import SpecError, UnknownName, UsageError
from archcalc.report import count

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from archcalc.convention.convention import Convention

NAMES = {
    "macs", "flops", "lecun1998", "torchinfo", "fvcore", "ptflops", "ptflops-functional",
    "ptflops-aten", "thop", "thop-functional", "calflops-macs", "calflops-flops",
    "torch-flop-counter", "torchvision", "torchprofile", "pthflops", "pthflops-functional",
    "onnx-tool", "netscope", "darknet", "pycls", "imgclsmob", "parameters", "torch", "keras",
    "onnx-folded", "onnx-dynamo", "onnx-dynamo-fresh", "onnx-kept", "onnx-kept-fresh", "macs-conv",
    "weights", "memory", "course-memory", "keras-memory", "torchinfo-pass", "torchinfo-memory",
    "torchsummary-pass", "torchsummary-memory", "torchsummary-blocks",
    "torchsummary-all", "torchsummary-layers", "torchinfo-functional",
}  # fmt: skip

OWN = [convention for convention in conventions() if not convention.tool]


@pytest.fixture
def written(tmp_path: Path) -> Callable[[str], Path]:
    """Write a convention of one's own to a file."""

    def write(text: str) -> Path:
        path = tmp_path / "mine.yaml"
        path.write_text(text, "utf-8")
        return path

    return write


def _mistakes(path: Path) -> list[str]:
    with pytest.raises(SpecError) as caught:
        find(path)
    return [f"{mistake.code}: {mistake.message}" for mistake in caught.value.diagnostics]


def test_all_conventions_are_listed_archcalcs_own_first_parameters_and_memory_last() -> None:
    listed = archcalc.conventions()

    assert {convention.name for convention in listed} == NAMES
    assert [convention.name for convention in listed[:3]] == ["macs", "flops", "lecun1998"]
    kinds = [convention.figures for convention in listed]
    assert kinds[-19:] == ["parameters"] * 9 + ["memory"] * 10
    names = [convention.name for convention in listed if convention.figures == "parameters"]
    assert names[:3] == ["parameters", "weights", "torch"]
    assert listed[-10].name == "memory"


@pytest.mark.parametrize("convention", conventions(), ids=str)
def test_every_convention_says_whose_rules_these_are(convention: Convention) -> None:
    assert all(convention.zeros.values())
    assert convention.source
    assert convention.unit
    assert convention.version or not convention.tool


@pytest.mark.parametrize("convention", OWN, ids=str)
def test_archcalcs_own_conventions_have_a_rule_for_ops_that_are_still_to_come(
    convention: Convention,
) -> None:
    assert convention.knows("something new")


def test_names_match_loosely_and_aliases_are_names() -> None:
    assert find("DeepSpeed") is find("calflops_flops")
    assert find("resnet-paper") is find("macs")
    assert find("Torch FLOP Counter") is find("torch-flop-counter")


def test_no_two_conventions_share_a_name() -> None:
    words = [word for c in conventions() for word in (c.name, *c.aliases)]

    assert len(words) == len(set(words))


def test_an_unknown_name_is_answered_with_the_nearest() -> None:
    with pytest.raises(UnknownName) as caught:
        find("topp")

    assert str(caught.value) == (
        "error[unknown-convention]: there is no convention `topp`\n  hint: did you mean `thop`?"
    )


def test_a_file_of_ones_own_is_read(written: Callable[[str], Path]) -> None:
    mine = written("unit: product\nrules: {conv: =mac, linear: =mac}\ndefault: =mul")

    assert count("lenet5").figure(mine) == 325_680 + 4_704 * 2 + 1_176 * 3 + 1_600 * 2 + 400 * 3 + (
        2 * (120 + 84) + 840
    )
    assert find(mine).name == "mine"


def test_a_convention_may_be_like_another(written: Callable[[str], Path]) -> None:
    mine = written("like: thop\nrules: {relu: =outputs}\nzero: {folded: [batchnorm]}")
    report = count("resnet50-v1.5")

    assert report.figure(mine) == 4_089_184_256 + 102_400 + 9_608_704
    assert find(mine).tool == find("thop").tool


def test_what_has_no_rule_makes_a_figure_partial(written: Callable[[str], Path]) -> None:
    mine = written("rules: {conv: =mac, linear: =mac}\nzero: {squashing: [lecun_tanh]}")
    figure = apply(count("lenet5"), mine)

    assert figure.partial
    assert figure.unknown == ("S2", "S4", "OUTPUT")
    assert str(figure) == "at least 325,680 operations (mine)"
    with pytest.raises(UsageError) as caught:
        count("lenet5").figure(mine)
    assert str(caught.value) == (
        "error[partial-figure]: mine: no rule for `rbf`, `subsample` (S2, S4, OUTPUT)\n"
        "  hint: the layers that it knows have 325,680; a rule, or a zero with its reason"
    )


def test_all_mistakes_of_a_file_are_told(written: Callable[[str], Path]) -> None:
    mine = written(
        "unitt: MAC\nfigures: flops\nrules:\n  conf: =mac\n  conv: mac\n  relu: =2 * output\n"
        "  add: =outputs\nzero:\n  nothing: [add, tanh]\n  too: [tanh]\n"
    )

    assert _mistakes(mine) == [
        "unknown-key: `unitt` is not a key of a convention",
        f"not-a-choice: `figures` is one of {', '.join(get_args(Figures))}, not `flops`",
        "unknown-op: there is no op `conf`",
        "wrong-type: the rule of `conv` is an expression, such as `=2 * outputs`, not `mac`",
        "unknown-name: nothing is called `output` here",
        "duplicate-key: `add` has a rule and is among the zeros",
        "duplicate-key: `tanh` is given two reasons",
    ]


def test_a_mistake_is_told_at_its_place(written: Callable[[str], Path]) -> None:
    mine = written("rules:\n  conv: =mac\n  relu: =2 * output\n")

    with pytest.raises(SpecError) as caught:
        find(mine)

    assert str(caught.value).replace(str(mine), "mine.yaml") == (
        "mine.yaml:3:9: error[unknown-name]: nothing is called `output` here\n"
        "    3 |   relu: =2 * output\n"
        "      |         ^^^^^^^^^^^\n"
        "  hint: did you mean `outputs`?"
    )


def test_a_rule_that_fails_names_convention_and_op(written: Callable[[str], Path]) -> None:
    mine = written("default: =mac / (outputs - 4704)")

    with pytest.raises(UsageError) as caught:
        count("lenet5").figure(mine)

    assert str(caught.value) == (
        "error[bad-expression]: mine, rule of `conv`: `117600` divided by zero"
    )


def test_what_cannot_be_printed_is_refused(written: Callable[[str], Path]) -> None:
    mine = written('name: "a\\x1b[31m"\ndefault: =outputs\n')

    assert _mistakes(mine) == ["odd-character: `name` has a character that cannot be printed"]


def test_a_convention_cannot_be_like_itself(written: Callable[[str], Path]) -> None:
    mine = written("")
    mine.write_text(f"like: {mine}\n")

    assert _mistakes(mine) == [f"endless: `{mine}` is like itself"]


@pytest.mark.parametrize(
    ("text", "mistake"),
    [
        ("notes: [a]", "wrong-type: `notes` is a text"),
        ("rules: [conv]", "wrong-type: `rules` is a mapping of names to values"),
        ("default: 2", "wrong-type: `default` is an expression, such as `=2 * outputs`, not `2`"),
        ("zero: {free: [conf]}", "unknown-op: there is no op `conf`"),
        ("per: day", "not-a-choice: `per` is one of batch, sample, network, pass, not `day`"),
    ],
)
def test_each_mistake_is_named(written: Callable[[str], Path], text: str, mistake: str) -> None:
    assert _mistakes(written(text)) == [mistake]


def test_a_convention_shows_its_name() -> None:
    assert repr(find("thop")) == "Convention('thop')"
    assert repr(find("fvcore").rules["linear"]) == "Rule('mac')"


def test_what_a_tool_fails_at_and_what_each_layer_counts_can_be_written(
    written: Callable[[str], Path],
) -> None:
    text = "default: =outputs\neach: =4 * entering\nfails: {out of memory: [lrn]}\n"
    mine = find(written(text))
    like = find(written("like: torchsummary-pass\nrules: {lstm: =outputs}\nfails: {no: [relu]}\n"))

    assert (mine.knows("lrn"), mine.knows("conv"), mine.failures["lrn"]) == (
        False, True, "out of memory",
    )  # fmt: skip
    assert mine.value("conv", {"outputs": 10, "entering": 3}) == 22
    assert [term.value for term in mine.terms("conv", {"outputs": 10, "entering": 3})] == [10, 12]
    assert (like.knows("lstm"), like.knows("gru"), like.knows("relu")) == (True, False, False)


def test_an_op_cannot_both_have_a_rule_and_fail(written: Callable[[str], Path]) -> None:
    text = "rules: {conv: =mac}\nfails: {too large: [conv, cnov]}\n"

    assert _mistakes(written(text)) == [
        "duplicate-key: `conv` has a rule and is among the failures",
        "unknown-op: there is no op `cnov`",
    ]
