"""What may be left out of a sum, or be in it once more: a layer, a block, all layers of an op."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING, NamedTuple

from archcalc.paths import is_within, prefixes
from archcalc.referee.phrases import op_name

if TYPE_CHECKING:
    from collections.abc import Iterator

    from archcalc.convention.figure import Figure


class Omission(NamedTuple):
    """What a slip adds to a figure, and the slip in words."""

    amount: int
    words: str


def omissions(figure: Figure) -> Iterator[Omission]:
    """Give each amount that leaving something out or counting it twice adds, ops first.

    What amounts to the same is told once, by the first and the highest of its paths.

    >>> from archcalc.convention.figure import apply
    >>> from archcalc.report import count
    >>> for omission in list(omissions(apply(count("lenet5"), "parameters")))[:2]:
    ...     print(omission.amount, omission.words)
    -49792 all convolutions left out
    49792 all convolutions once more
    """
    ops: Counter[str] = Counter()
    paths: Counter[str] = Counter()
    for node, value in zip(figure.nodes, figure.values, strict=True):
        if value:
            ops[node.op.name] += value
            for path in prefixes(node.path):
                paths[path] += value
    alike: dict[int, list[str]] = defaultdict(list)
    for op, amount in ops.items():
        alike[amount].append(f"all {op_name(op)}")
    for path, amount in paths.items():
        others = alike[amount]
        if not any(is_within(path, other) for other in others[-1:]):
            others.append(path)
    for amount, found in alike.items():
        if amount != figure.total:
            words = f"{found[0]} (or one of {len(found) - 1} alike)" if found[1:] else found[0]
            yield Omission(-amount, f"{words} left out")
            yield Omission(amount, f"{words} once more")
