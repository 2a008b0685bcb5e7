"""The language models of the library hold against those that transformers builds from configs.

Made on the meta device, with attention written out, so that PyTorch's counter sees its products.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

import archcalc
from tests.peers.test_families import ours, theirs

torch = pytest.importorskip(
    "torch", reason="PyTorch is not installed: pip install -e '.[peers]' to compare with it"
)
transformers = pytest.importorskip("transformers", reason="transformers is not installed")

pytestmark = pytest.mark.peers

LLAMA = "LlamaForCausalLM"
MODELS: dict[str, tuple[str, dict[str, Any]]] = {
    "bert-base-pretraining": ("BertForPreTraining", {}),
    "bert-large-pretraining": (
        "BertForPreTraining",
        {
            "num_hidden_layers": 24,
            "hidden_size": 1024,
            "num_attention_heads": 16,
            "intermediate_size": 4096,
        },
    ),
    "llama-7b": (LLAMA, {}),
    "llama-13b": (
        LLAMA,
        {
            "num_hidden_layers": 40,
            "hidden_size": 5120,
            "num_attention_heads": 40,
            "intermediate_size": 13824,
        },
    ),
    "llama2-70b": (
        LLAMA,
        {
            "num_hidden_layers": 80,
            "hidden_size": 8192,
            "num_attention_heads": 64,
            "num_key_value_heads": 8,
            "intermediate_size": 28672,
        },
    ),
}
"""By network: the class of its model, and what its config has otherwise."""


@pytest.mark.parametrize("network", sorted(MODELS))
def test_every_weight_and_all_multiply_adds(network: str) -> None:
    from torch.utils.flop_counter import FlopCounterMode  # noqa: PLC0415 - torch may be missing

    report = archcalc.count(network, heads=True)
    tokens, (name, given) = report.input[1], MODELS[network]
    model = getattr(transformers, name)
    config = model.config_class(**given, attn_implementation="eager", use_cache=False)
    with torch.device("meta"):
        module = model(config).eval()
        words = torch.zeros((1, tokens), dtype=torch.long)
        mask = torch.zeros((1, 1, tokens, tokens))
    with torch.inference_mode(), FlopCounterMode(display=False) as counter:
        module(words, attention_mask=mask)  # made there, it would ask for numbers

    differences = Counter(ours(report))
    differences.subtract(Counter(theirs(module)))
    assert {shape: n for shape, n in differences.items() if n} == {}
    assert report.total.parameters == sum(p.numel() for p in module.parameters())
    assert 2 * report.total.macs == counter.get_total_flops()
