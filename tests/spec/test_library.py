"""Finding a network: by loose name, alias, path, variant, open file; and what is said otherwise."""

from __future__ import annotations

from io import BytesIO, StringIO, TextIOWrapper
from pathlib import Path

import pytest

import archcalc
from archcalc import limits
from archcalc.spec.library import find

TEXT = "input: 1x4x4\nlayers: [{linear: 2}]\n"
FAMILY = """\
name: Mine
input: 1x4x4
parameters: {units: 2}
variants:
  small: {}
  large: {units: 20, aliases: [big]}
layers: [{linear: =units}]
"""


@pytest.fixture
def mine(tmp_path: Path) -> Path:
    path = tmp_path / "mine.yaml"
    path.write_text(FAMILY, "utf-8")
    return path


def mistake(network: object, **parameters: object) -> str:
    with pytest.raises(archcalc.ArchcalcError) as caught:
        archcalc.load(network, **parameters)  # type: ignore[arg-type]
    return str(caught.value)


@pytest.mark.parametrize("name", ["lenet5", "LeNet-5", "lenet_5", "LENET 5"])
def test_a_network_by_a_loose_name(name: str) -> None:
    assert archcalc.load(name).id == "lenet5"


@pytest.mark.parametrize(
    ("name", "id"),
    [
        ("Mixer-B/16", "mixer-b-16"),
        ("ViT-B/16", "vit-b-16"),
        ("llama-70b", "llama2-70b"),
        ("mnasnet1_0", "mnasnet-b1"),
        ("shufflenet_v2_x0_5", "shufflenet-v2-0.5-torchvision"),
    ],
)
def test_a_network_as_papers_and_tools_call_it(name: str, id: str) -> None:  # noqa: A002
    assert archcalc.load(name).id == id


def test_a_path_is_a_file_and_not_a_printed_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert mistake("./lenet5") == "error[no-such-file]: there is no file `lenet5`"
    assert mistake(Path("vit-b/16")) == "error[no-such-file]: there is no file `vit-b/16`"

    (tmp_path / "vit-b").mkdir()
    (tmp_path / "vit-b" / "16").write_text(TEXT, "utf-8")

    assert archcalc.load("vit-b/16").id == "16"


@pytest.mark.parametrize(
    ("alias", "id"),
    [("vgg-d", "vgg16"), ("VGG-E", "vgg19"), ("nips1989", "lenet1"), ("resnet18v1.5", "resnet18")],
)
def test_a_network_by_an_alias(alias: str, id: str) -> None:  # noqa: A002 - the word of Spec
    assert archcalc.load(alias).id == id


@pytest.mark.parametrize(
    ("name", "id"),
    [
        ("squeezenet1_0", "squeezenet-1.0"),
        ("regnet_x_1_6gf", "regnetx-1.6gf"),
        ("regnet_x_16gf", "regnetx-16gf"),
        ("wide_resnet50_2", "wide-resnet50-2"),
    ],
)
def test_a_sign_between_digits_is_a_point(name: str, id: str) -> None:  # noqa: A002
    assert archcalc.load(name).id == id


def test_every_network_is_found_by_its_name_and_aliases() -> None:
    for entry in archcalc.networks():
        for word in (entry.id, *entry.aliases):
            assert find(word)[0] == entry


def test_a_file_by_its_path(mine: Path) -> None:
    for spec in (archcalc.load(mine), archcalc.load(str(mine))):
        assert (spec.id, spec.name, spec.parameters) == ("mine", "Mine", {"units": 2})


def test_a_variant_of_a_file(mine: Path) -> None:
    spec = archcalc.load(f"{mine}#large")

    assert (spec.id, spec.parameters) == ("large", {"units": 20})


@pytest.mark.parametrize("name", ["Large", "big", "BIG"])
def test_a_variant_of_a_file_by_a_loose_name_or_an_alias(mine: Path, name: str) -> None:
    assert archcalc.load(f"{mine}#{name}").id == "large"


def test_a_parameter_over_a_variant_of_a_file(mine: Path) -> None:
    assert archcalc.count(archcalc.load(f"{mine}#large", units=3)).total.parameters == 51


def test_an_open_file(mine: Path) -> None:
    with mine.open(encoding="utf-8") as file:
        spec = archcalc.load(file, units=7)

    assert (spec.id, spec.parameters) == ("mine", {"units": 7})


def test_text_in_memory() -> None:
    assert archcalc.count(archcalc.load(StringIO(TEXT))).total.parameters == 34  # 2·(16 + 1)


def test_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", TextIOWrapper(BytesIO(TEXT.encode())))

    assert archcalc.count("-").total.parameters == 34


def test_a_byte_order_mark_is_skipped(tmp_path: Path) -> None:
    path = tmp_path / "mark.yaml"
    path.write_bytes(b"\xef\xbb\xbf" + TEXT.encode())

    assert archcalc.load(path).input.size == 16


def test_a_byte_order_mark_moves_no_column(tmp_path: Path) -> None:
    path = tmp_path / "mark.yaml"
    path.write_bytes(b"\xef\xbb\xbf" + b"inptu: 1x4x4\ninput: 1x4x4\nlayers: [relu]")

    assert mistake(path) == (
        f"{path}:1:1: error[unknown-key]: `inptu` is not a key of a spec\n"
        "    1 | inptu: 1x4x4\n"
        "      | ^^^^^\n"
        "  hint: did you mean `input`?"
    )


def test_the_suffix_yml_and_paths_without_one(tmp_path: Path) -> None:
    for name in ("mine.yml", "mine"):
        path = tmp_path / name
        path.write_text(TEXT, "utf-8")

        assert archcalc.load(str(path)).id == "mine"


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("lenet6", "there is no network `lenet6`\n  hint: did you mean `lenet5`?"),
        (
            "vgg",
            (
                "there is no network `vgg`\n"
                "  hint: there are several: vgg11, vgg13, vgg16, vgg19, vgg11-bn, vgg13-bn,"
                " vgg16-bn, vgg19-bn, vgg16-torchvision, vgg-a-lrn, vgg-c"
            ),
        ),
        (
            "senet",
            (
                "there is no network `senet`\n"
                "  hint: there are several: se-resnet50, se-resnet101, se-resnet152,"
                " se-resnext50, se-resnext101"
            ),
        ),
        (
            "gpt",
            (
                "there is no network `gpt`\n"
                "  hint: there are several: gpt-2, gpt-2-medium, gpt-2-large, gpt-2-xl"
            ),
        ),
        ("gru", "there is no network `gru`\n  hint: did you mean `gru-tagger`?"),
        ("resnet-5O", "there is no network `resnet-5O`\n  hint: did you mean `resnet50`?"),
        ("resnet51", "there is no network `resnet51`\n  hint: did you mean `resnet50`?"),
        ("vgg-f", "there is no network `vgg-f`\n  hint: did you mean `vgg-a`?"),
        ("vit_base", "there is no network `vit_base`\n  hint: did you mean `vit-b-16`?"),
        (
            "lenet5@thop",
            (
                "there is no network `lenet5@thop`\n"
                "  hint: only `reconcile` reads `@thop`; elsewhere say `--convention thop`"
            ),
        ),
        *[
            (
                version,
                (
                    f"there is no network `{version}`\n"
                    f"  hint: `archcalc list {begin}` shows those that there are"
                ),
            )
            for version, begin in (
                ("mobilenet-v9", "mobilenet"),
                ("yolov5s", "yolo"),
                ("deeplabv3plus", "deeplab"),
                ("inceptoin", "inception"),
            )
        ],
        *[
            (
                another,
                (
                    f"there is no network `{another}`\n"
                    "  hint: `archcalc list` shows all networks; a file needs its suffix .yaml"
                ),
            )
            for another in (
                *("bart", "convmixer", "efficientdet", "efficientformer", "ghostnet", "hrnet"),
                *("nasnet", "pit", "resnest50", "unet++", "x3d", "xresnet50"),
            )
        ],
        (
            "transformer",
            (
                "there is no network `transformer`\n"
                "  hint: there are several: transformer-base, transformer-big"
            ),
        ),
        (
            "",
            (
                "there is no network ``\n"
                "  hint: `archcalc list` shows all networks; a file needs its suffix .yaml"
            ),
        ),
    ],
)
def test_an_unknown_network(name: str, message: str) -> None:
    assert mistake(name) == f"error[unknown-network]: {message}"


def test_a_variant_that_is_not_there(mine: Path) -> None:
    assert mistake(f"{mine}#lagre") == (
        f"error[unknown-variant]: {mine} has no variant `lagre`\n  hint: did you mean `large`?"
    )
    assert mistake(f"{mine}#zebra") == (
        f"error[unknown-variant]: {mine} has no variant `zebra`\n  hint: its variants: small, large"
    )


def test_a_missing_file(mine: Path) -> None:
    path = mine.with_name("mien.yaml")

    assert mistake(path) == (
        f"error[no-such-file]: there is no file `{path}`\n  hint: did you mean `mine.yaml`?"
    )


def test_a_folder(tmp_path: Path) -> None:
    assert mistake(tmp_path) == (
        f"error[not-a-file]: `{tmp_path}` is not a regular file\n"
        "  hint: `-` reads from standard input"
    )


def test_another_encoding(tmp_path: Path) -> None:
    path = tmp_path / "latin.yaml"
    path.write_bytes("input: 1x4x4\nname: réseau".encode("latin-1"))

    assert mistake(path) == f"{path}:2:8: error[not-utf-8]: byte 0xe9 is not UTF-8"


def test_an_empty_file(tmp_path: Path) -> None:
    path = tmp_path / "empty.yaml"
    path.touch()

    assert mistake(path) == f"{path}:1:1: error[empty]: the file is empty"


def test_a_file_that_is_too_large() -> None:
    assert mistake(StringIO(" " * (limits.now().file_bytes + 1))).partition("\n")[0] == (
        f"error[too-large]: spec is larger than {limits.now().file_bytes:,} bytes"
    )


@pytest.mark.parametrize("network", [3, None, ["lenet5"]])
def test_something_that_is_no_network(network: object) -> None:
    assert mistake(network) == (
        "error[wrong-type]: a network is a name, a path, an open file or a dict, "
        f"not {'nothing' if network is None else '`[lenet5]`' if network != 3 else '`3`'}"
    )


def test_a_file_open_for_bytes(mine: Path) -> None:
    with mine.open("rb") as file:
        assert archcalc.load(file).id == "mine"  # type: ignore[arg-type]
