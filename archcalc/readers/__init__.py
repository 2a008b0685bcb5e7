"""Files of other tools → Graph: one module for each format, imported when a file needs it.

Readers keep a file's own names and say where a thing stands; they load no weights, run no code,
and bound everything by `archcalc.limits`, so that files may come from strangers. A live module is
run once, on tensors without data (`archcalc.readers.pytorch`).
"""

from __future__ import annotations

from importlib import import_module
from typing import IO, TYPE_CHECKING, Any, Protocol, TypeAlias, cast

from archcalc.errors import UsageError
from archcalc.files import SPEC, File, kind_of, refuse
from archcalc.graph import Graph
from archcalc.live import is_module, is_name, read_module
from archcalc.spec.library import Found, load_file, locate
from archcalc.spec.spec import Spec
from archcalc.spec.unroll import expand

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from torch import nn

    from archcalc.inputs import Input
    from archcalc.live import Rules
    from archcalc.spec.values import Value


Net: TypeAlias = "str | Path | IO[str] | IO[bytes] | Mapping[str, object] | nn.Module"
"""A network by its name or path, an open file, a spec as a dict, a live PyTorch or Keras module."""


class Reader(Protocol):
    """What a module is that reads a format."""

    def read(self, file: File, given: Input | None) -> Graph:
        """Read a file, at the input that is given or at its own."""


def read(
    network: Net,
    /,
    *,
    input: Input | None = None,  # noqa: A002 - the field's own word
    inputs: Any = None,  # noqa: ANN401 - shapes, tensors, several
    rules: Rules | None = None,
    **parameters: Value,
) -> Graph:
    """Read a network of any kind that is known, and give its graph: by name, by path, from a file.

    A file that leaves the size of its input free needs an `input`; any other may be put on another
    one. `parameters` are those of a spec. Of a live PyTorch module `input` says what enters it, or
    `inputs`, one sample of each: sizes `3x224x224`, types too `int64:128`, tensors; several in a
    list or by name, lists and dicts within. `rules` say what its calls without a rule count, and
    what layers of other tools' files do that have none: each is a function of the sizes of all
    tensors that a call reads, and of those that it puts out (in a file they are as shown, features
    first), and gives figures by name: `{"roi_align": lambda xs, ys: {"mul": 4 * prod(ys[0])}}`.

    Raises UnknownName, SpecError, ShapeError or UsageError.

    >>> read("lenet5", input="1x36x36").input
    Shape(1, 36, 36)
    """
    input = one_of(input, inputs)  # noqa: A001
    if rules is not None:
        return _read_by(rules, network, input, parameters)
    found = find(network, input=input, **parameters)
    return expand(found, input) if isinstance(found, Spec) else found


def take(net: Net | Spec | Graph, input: Input | None, rules: Rules | None) -> Spec | Graph:  # noqa: A002
    """Take a spec or a graph as it stands, or find what is meant. Raises what `read` raises."""
    if rules is not None:
        return _read_by(rules, net, input, {})
    return net if isinstance(net, Spec | Graph) else find(net, input=input)


def _read_by(
    rules: Rules,
    net: Net | Spec | Graph,
    input: Input | None,  # noqa: A002
    parameters: Mapping[str, Value],
) -> Graph:
    """Read what is no spec, by the rules of the caller too."""
    if is_module(net) or is_name(net):
        return read_module(net, input, parameters, rules)
    found = None if isinstance(net, Spec | Graph) else find(net, input=input, **parameters)
    if not isinstance(found, Graph):
        message = "rules are for what is read of live modules and of files of other tools"
        raise UsageError.of("no-module", message, "an `opaque` layer of a spec says what it `does`")
    from archcalc.readers.ruling import ruled  # noqa: PLC0415 - where there are rules

    return ruled(found, rules)


def find(
    network: Net,
    /,
    *,
    input: Input | None = None,  # noqa: A002
    **parameters: Value,
) -> Spec | Graph:
    """Find a network: a spec as it stands, what was read from another file at its input."""
    if is_module(network) or is_name(network):
        return read_module(network, input, parameters)
    found = locate(network)
    if isinstance(found, Found):
        return found.settle(**parameters)
    file, variant = found
    kind = kind_of(file)
    if kind is SPEC:
        return load_file(file, variant).settle(**parameters)
    if not kind.module:
        raise refuse(file, kind)
    if variant or parameters:
        asked = f"variant `{variant}`" if variant else f"parameter `{next(iter(parameters))}`"
        message = f"`{file.name}` is {kind.one}, which has no {asked}"
        raise UsageError.of("not-a-spec", message, "variants and parameters are those of specs")
    return cast("Reader", import_module(kind.module)).read(file, input)


def one_of(one: Any, other: Any) -> Any:  # noqa: ANN401
    """Take what is said of the inputs by either word."""
    if one is not None and other is not None:
        message = "`input` and `inputs` say the same: give one of them"
        raise UsageError.of("two-inputs", message)
    return one if other is None else other
