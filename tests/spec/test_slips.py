"""A name that was meant: slips of hand and ear lead to it, other names to nothing."""

from __future__ import annotations

import pytest

from archcalc.spec.library import networks
from archcalc.spec.names import loose
from archcalc.spec.slips import near, stem

NAMES = [name for entry in networks() for name in (entry.id, *entry.aliases)]


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        ("alexnt", "alexnet"),  # left out
        ("resnnet50", "resnet50"),  # doubled
        ("renset50", "resnet50"),  # changed over
        ("desnenet121", "densenet121"),
        ("sqyeezenet", "squeezenet"),  # the key beside
        ("densanet121", "densenet121"),  # a vowel for a vowel
        ("effcientnet-b3", "efficientnet-b3"),
        ("mobilenet3", "mobilenet-v3"),
        ("resnet5O", "resnet50"),  # a letter that looks like a digit
        ("vgg15", "vgg16"),  # another size: the nearest number
        ("efficientnet-b9", "efficientnet-b7"),
        ("gru-taggr", "gru-tagger"),
    ],
)
def test_a_slip_leads_to_what_was_meant(word: str, meant: str) -> None:
    assert near(word, NAMES) == f"did you mean `{meant}`?"


@pytest.mark.parametrize(
    "word",
    [
        *("efficientdet", "resnest50", "xresnet50", "nasnet", "gcn", "beit", "hrnet", "segformer"),
        *("unet++", "deeplabv3+", "deeplabv3plus", "yolov5", "convnextv2_tiny", ""),
        *("resnet50v2", "mobilenet-v4", "swinv2_t"),
    ],
)
def test_another_network_is_no_slip(word: str) -> None:
    assert near(word, NAMES) is None


def test_two_letters_in_ten_may_slip_and_three_not() -> None:
    assert near("eficentnet", ["efficientnet"]) == "did you mean `efficientnet`?"
    assert near("eficentne", ["efficientnet"]) is None


def test_every_name_leads_to_itself_or_its_like() -> None:
    for name in NAMES:
        hint = near(name, NAMES) or ""
        assert loose(hint.removeprefix("did you mean `").removesuffix("`?")) == loose(name)


@pytest.mark.parametrize(
    ("name", "letters"),
    [
        ("ViT-B/16", "vit"),
        ("resnet50-v1.5", "resnet"),
        ("mobilenet_v2", "mobilenet"),
        ("v1", ""),
        ("16", ""),
    ],
)
def test_the_stem_of_a_name_has_neither_size_nor_version(name: str, letters: str) -> None:
    assert stem(name) == letters
