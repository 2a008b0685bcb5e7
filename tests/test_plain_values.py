"""A report as plain values, whole: its keys and figures are what programs read."""

from __future__ import annotations

from io import StringIO

import archcalc

TEXT = """\
name: Tiny
source: nobody
input: 1x4x4
parameters: {k: 3, half: 0.5, on: true, list: [1, x]}
layers:
  - {name: c, conv: 2, kernel: =k, after: [relu]}
  - {name: p, repeat: 2, layers: [{avgpool: 1}]}
heads: {h: {from: c, layers: [globalavgpool]}}
"""
NONE = {
    "parameters": 0, "weights": 0, "biases": 0, "gamma": 0, "beta": 0, "slope": 0, "fixed": 0,
    "statistics": 0, "interactions": 0,
    "connections": 0, "connections_in_bounds": 0, "neurons": 0, "activations": 0, "macs": 0,
    "flops": 0, "partial": {}, "work": {},
}  # fmt: skip
# 2 kernels of 3·3 and a bias; 2·2·2 units, each with 9 taps and a bias; in a batch of 2
CONV = NONE | {
    "parameters": 20, "weights": 18, "biases": 2, "connections": 80, "connections_in_bounds": 80,
    "neurons": 8, "activations": 16, "macs": 144, "flops": 320,
    "work": {"mac": 144, "add": 16, "cmp": 16},
}  # fmt: skip
POOL = NONE | {"activations": 8, "flops": 16, "work": {"div": 16}}
HEAD = NONE | {"activations": 2, "flops": 16, "work": {"add": 12, "div": 4}}


def place(
    path: str, op: str, entering: list[int], leaving: list[int], see: int
) -> dict[str, object]:
    """Write what a row has beside its counts."""
    return {
        "path": path, "op": op, "repeats": 1, "input": entering, "output": leaving,
        "receptive_field": {"size": [see, see], "stride": [1, 1], "offset": [0, 0]}, "head": None,
        "shared_with": [],
    }  # fmt: skip


def test_a_report_as_plain_values() -> None:
    spec = archcalc.load(StringIO(TEXT))
    assert archcalc.count(spec, batch=2, heads=True).to_dict() == {
        "schema": 1,
        "network": "spec",
        "name": "Tiny",
        "source": "nobody",
        "parameters": {"k": 3, "half": 0.5, "on": True, "list": [1, "x"]},
        "input": [1, 4, 4],
        "batch": 2,
        "scope": "main path and heads h",
        "outputs": ["p/2/avgpool1"],
        "dead_ends": [],
        "uncounted": [],
        "notes": [],
        "rows": [
            place("c", "conv", [1, 4, 4], [2, 2, 2], 3) | CONV,
            place("p/1/avgpool1", "avgpool", [2, 2, 2], [2, 2, 2], 3) | POOL,
            place("p/2/avgpool1", "avgpool", [2, 2, 2], [2, 2, 2], 3) | POOL,
            place("h/globalavgpool1", "globalavgpool", [2, 2, 2], [2, 1, 1], 4)
            | HEAD
            | {"head": "h"},
        ],
        "total": CONV
        | {"activations": 34, "flops": 368, "work": {"mac": 144, "add": 28, "div": 36, "cmp": 16}},
        "main": CONV
        | {"activations": 32, "flops": 352, "work": {"mac": 144, "add": 16, "div": 32, "cmp": 16}},
        "heads": {"h": HEAD},
        # the input of 4·4 and 2·2·2 units of the convolution live at once, of 2 samples each
        "memory": {
            "bytes_each": 1,
            "parameters": 20,
            "fixed": 0,
            "statistics": 0,
            "outputs": 2 * 34,
            "live": 2 * 24,
            "partial": [],
            "stored": 20,
            "total": 20 + 2 * 34,
            "running": 20 + 2 * 24,
        },
    }


def test_a_block_that_repeats_as_a_row() -> None:
    report = archcalc.count(archcalc.load(StringIO(TEXT)), heads=True)
    (row,) = (row for row in report.fold(1) if row.path == "p")
    assert (row.op, row.repeats, row.layer, row.head) == ("group", 2, None, None)
    assert (row.input, row.output, row.activations) == ((2, 2, 2), (2, 2, 2), 16)


def test_the_sum_of_each_op() -> None:
    by_op = archcalc.count(archcalc.load(StringIO(TEXT)), heads=True).by_op()
    assert {op: counts.flops for op, counts in by_op.items()} == {
        "conv": 152, "relu": 8, "avgpool": 16, "globalavgpool": 8,
    }  # fmt: skip
