"""darknet's layers that read the outputs of earlier ones."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archcalc.readers.darknet.place import activated

if TYPE_CHECKING:
    from archcalc.graph import Here
    from archcalc.ops.op import Shape
    from archcalc.readers.darknet.place import Place
    from archcalc.readers.darknet.section import Keys


def route(keys: Keys, at: Place) -> Here:
    """Lay the outputs of layers behind each other, or one part of each."""
    numbers = keys.wholes("layers")
    if not numbers:
        keys.fail("`route` needs its `layers`", code="missing-key")
    heres = [at.earlier(keys, "layers", number) for number in numbers]
    groups, part = keys.whole("groups", 1), keys.whole("group_id", 0, least=0)
    if groups > 1:
        heres = [
            _group(keys, at, here, groups, part, i, len(heres)) for i, here in enumerate(heres, 1)
        ]
        if len(heres) == 1:
            return heres[0]
    elif len(heres) == 1:
        return at.add("identity", heres[0])
    if len({here.shape.extents for here in heres}) > 1:
        shapes = " and ".join(str(here.shape) for here in heres)
        keys.fail(f"`route` needs layers of equal height and width, not {shapes}", "layers")
    return at.add("concat", *heres, branches=len(heres))


def _group(keys: Keys, at: Place, here: Here, groups: int, part: int, i: int, of: int) -> Here:  # noqa: PLR0913, PLR0917
    channels = here.shape.channels
    if channels % groups or part >= groups:
        keys.fail(f"part {part} of {groups} groups of {channels} channels", "groups")
    size = channels // groups
    beside = f"slice{i}" if of > 1 else ""
    return at.add("slice", here, beside=beside, range=(part * size, (part + 1) * size))


def shortcut(keys: Keys, at: Place) -> Here:
    """Add an earlier output. Of unlike maps as much is added as both have, without a projection."""
    numbers = keys.wholes("from") or keys.wholes("layers")
    if not numbers:
        keys.fail("`shortcut` needs its `from`", code="missing-key")
    own = at.before.shape
    branches = [at.before]
    for i, number in enumerate(numbers, 1):
        other = at.earlier(keys, "from", number)
        branches.append(_fitted(keys, at, other, own, str(i) if len(numbers) > 1 else ""))
    here = at.add("add", *branches, branches=len(branches))
    if keys.word("weights_type", "none") != "none":
        here = _weighted(keys, at, here, len(branches))
    return activated(keys, at, here, "linear")


def _weighted(keys: Keys, at: Place, here: Here, branches: int) -> Here:
    """Tell the trained factors of a shortcut: one for each branch, or for each of its maps."""
    per_map = keys.word("weights_type", "none") in {"per_channel", "per_feature_per_channel"}
    shape = (branches, here.shape.channels) if per_map else (branches,)
    why, holds = f"trained factors of branches have no op, {keys.line}", (("factors", shape),)
    return at.net.state(f"{at.path}.factors", "shortcut", why, here, output=here.shape, holds=holds)


def _fitted(keys: Keys, at: Place, other: Here, own: Shape, number: str) -> Here:
    """Bring an earlier output to the shape of another: fewer places, zeros for missing maps."""
    if other.shape == own:
        return other
    channels, height, width = own
    stride = max(1, other.shape.height // height)
    pairs = zip(other.shape.extents, own.extents, strict=True)
    if other.shape.width // width != other.shape.height // height or any(
        -(-a // stride) != b for a, b in pairs
    ):
        keys.fail(
            f"`shortcut` adds {other.shape} to {own}: only whole strides have an op here", "from"
        )
    if other.shape.channels > channels:
        other = at.add("slice", other, beside=f"slice{number}", range=(0, channels))
    if other.shape == own:
        return other
    return at.add(
        "pad_channels",
        other,
        beside=f"pad_channels{number}",
        filters=channels,
        stride=(stride, stride),
    )


def gated(keys: Keys, at: Place) -> Here:
    """Multiply an earlier output by this one: a number for each channel, or for each element."""
    other = at.earlier(keys, "from", keys.whole("from", -1, least=-10_000))
    here = at.add("multiply", other, at.before, branches=2)
    return activated(keys, at, here, "linear")
