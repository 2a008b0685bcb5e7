"""Families that no library has hold against models that are written for this in PyTorch."""

from __future__ import annotations

import pytest

import archcalc
from tests.peers.families.judging import assert_same, entering, torch
from tests.peers.written import WRITTEN
from tests.peers.written_maps import MAPS
from tests.peers.written_signals import SIGNALS

pytestmark = pytest.mark.peers

MODELS = {
    "caffenet": "caffenet",
    "zfnet": "zfnet",
    "overfeat-fast": "overfeat-fast",
    "overfeat-accurate": "overfeat-accurate",
    "nin-cifar": "nin-cifar",
    "nin-imagenet": "nin-imagenet",
    "highway-mnist-32": "Highway",
    "unet": "UNet",
    "c3d": "c3d",
    "waveform-m5": "m5",
    "lstm-tagger": "Tagger",
    "fcn-8s": "FCN8s",
    "segnet": "SegNet",
    "dcgan-generator-release": "generator",
    "dcgan-discriminator": "discriminator",
    "siamese-omniglot": "Siamese",
    "autoencoder-convolutional": "convolutional",
    "tcn-mnist": "Tcn",
    "wavenet": "WaveNet",
    "i3d": "Inflated",
    "deepspeech-assemblyai": "Speech",
    "gru-tagger": "GruTagger",
}
"""By network: the name of its model."""


@pytest.mark.parametrize("network", sorted(MODELS))
def test_every_weight_and_all_multiply_adds(network: str) -> None:
    with torch.device("meta"):
        module = (WRITTEN | MAPS | SIGNALS)[MODELS[network]]().eval()
    report = archcalc.count(network)
    assert_same(report, module, entering(report))
