"""The language models of the library hold against those that transformers builds from configs.

Attention is written out there, so that PyTorch's counter sees its products.
"""

from __future__ import annotations

from typing import Any

import pytest

import archcalc
from tests.peers.families.judging import assert_same, torch

transformers = pytest.importorskip("transformers", reason="transformers is not installed")

pytestmark = pytest.mark.peers

LARGE = {
    "hidden_size": 1024,
    "num_hidden_layers": 24,
    "num_attention_heads": 16,
    "intermediate_size": 4096,
}
MODELS: dict[str, tuple[str, dict[str, Any]]] = {
    "bert-base": ("BertModel", {}),
    "bert-large": ("BertModel", LARGE),
    "bert-base-pretraining": ("BertForPreTraining", {}),
    "bert-large-pretraining": ("BertForPreTraining", LARGE),
    "gpt-2": ("GPT2LMHeadModel", {}),
    "gpt-2-medium": ("GPT2LMHeadModel", {"n_embd": 1024, "n_layer": 24, "n_head": 16}),
    "gpt-2-large": ("GPT2LMHeadModel", {"n_embd": 1280, "n_layer": 36, "n_head": 20}),
    "gpt-2-xl": ("GPT2LMHeadModel", {"n_embd": 1600, "n_layer": 48, "n_head": 25}),
    "llama-7b": ("LlamaForCausalLM", {}),
    "llama-13b": (
        "LlamaForCausalLM",
        {
            "num_hidden_layers": 40,
            "hidden_size": 5120,
            "num_attention_heads": 40,
            "intermediate_size": 13824,
        },
    ),
    "llama2-70b": (
        "LlamaForCausalLM",
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
    report = archcalc.count(network, heads=True)
    name, given = MODELS[network]
    model = getattr(transformers, name)
    config = model.config_class(**given, attn_implementation="eager", use_cache=False)
    tokens = report.input.places
    with torch.device("meta"):
        module = model(config).eval()
        words = torch.zeros((1, tokens), dtype=torch.long)
        mask = torch.zeros((1, 1, tokens, tokens))  # made there, it would ask for numbers
    assert_same(report, module, words, attention_mask=mask)
