"""A Keras model as its file has it: layers, where each is applied, what enters, what comes out."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any, NoReturn

from archcalc import limits
from archcalc.errors import Diagnostic, Reason, SpecError
from archcalc.readers.assembly import check_number
from archcalc.readers.keras.document import place_of
from archcalc.readers.keras.fields import Fields
from archcalc.readers.keras.refs import Ref, Use, Wiring, refs_of, sizes_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from archcalc.errors import Place
    from archcalc.readers.keras.document import Path
    from archcalc.readers.keras.refs import Sizes
    from archcalc.readers.text import Text


class KerasLayer:
    """A layer: its class, its name, its configuration, its uses. One layer is one object."""

    def __init__(self, source: Text, path: Path, values: object) -> None:
        self.source, self.path = source, path
        if not isinstance(values, dict) or not isinstance(values.get("class_name"), str):
            self.fail("a layer is a mapping with its `class_name` and its `config`")
        config = values.get("config")
        self.values: Mapping[str, Any] = values
        self.module = values["module"] if isinstance(values.get("module"), str) else ""
        registered = values.get("registered_name")
        self.kind: str = values["class_name"].rpartition(">")[2]
        self.full = registered if isinstance(registered, str) else values["class_name"]
        self.listed = isinstance(config, list)
        self.fields = Fields({"layers": config} if isinstance(config, list) else config or {})
        if not isinstance(self.fields.values, dict):
            self.fail(f"the `config` of `{self.kind[:80]}` is no mapping", "config")
        names = (self.fields.values.get("name"), values.get("name"))
        number = f"_{path[-1]}" if path and isinstance(path[-1], int) else ""
        unnamed = f"{self.kind.lower()}{number}"
        self.name: str = next((n for n in names if isinstance(n, str) and n), unnamed)
        self.uses: list[Use] = []

    @property
    def is_shared(self) -> bool:
        """Tell whether another model of the file holds it too, of which archives write an id."""
        return "shared_object_id" in self.values

    @property
    def is_own(self) -> bool:
        """Tell whether its class is none of Keras's, whatever its name."""
        package = self.module.split(".")[0] or self.full.rpartition(">")[0]
        return package not in {"", "keras", "tf_keras"}

    @property
    def is_op(self) -> bool:
        """Tell whether it is a function of `keras.ops`, not a layer."""
        return ".ops" in self.module

    @property
    def is_model(self) -> bool:
        """Tell whether it has layers of its own."""
        return isinstance(self.fields.values.get("layers"), list)

    @cached_property
    def model(self) -> Model | None:
        """The layers within, if it is a model."""
        return Model(self) if self.is_model else None

    @cached_property
    def wrapped(self) -> KerasLayer:
        """The layer that it wraps."""
        return self.inner("layer")

    def inner(self, key: str) -> KerasLayer:
        """Give a layer of its configuration."""
        found = self.fields.values.get(key)
        return KerasLayer(self.source, (*self.path, "config", key), found)

    def each(self, key: str) -> list[KerasLayer]:
        """Give the layers of a list."""
        found = self.fields.values.get(key)
        items = found if isinstance(found, list) else []
        return [
            KerasLayer(self.source, (*self.path, "config", key, i), item)
            for i, item in enumerate(items)
        ]

    def place(self, *keys: str) -> Place:
        """Tell where it stands, or a key of it."""
        found = place_of(self.source, (*self.path, *filter(None, keys)))
        return found if found.line else place_of(self.source, self.path)

    def fail(self, message: str, *keys: str, code: str = "not-keras") -> NoReturn:
        """Report a mistake."""
        raise SpecError([Diagnostic(code, message, self.place(*keys))])

    def built(self) -> object:
        """Give what the file says it was built for, if it says."""
        found = self.values.get("build_config")
        return found.get("input_shape") if isinstance(found, dict) else None


class Model:
    """The layers of a model by name, what enters and what comes out."""

    def __init__(self, layer: KerasLayer) -> None:
        self.layer = layer
        at = (*layer.path, "config", *([] if layer.listed else ["layers"]))
        if len([step for step in at if step == "config"]) > limits.now().block_depth:
            layer.fail("models are nested too deep", code="too-deep")
        entries: list[object] = layer.fields.values["layers"]  # type: ignore[assignment]
        check_number(len(entries), layer.place())
        self.layers = [KerasLayer(layer.source, (*at, i), entry) for i, entry in enumerate(entries)]
        if not self.layers:
            layer.fail(f"`{layer.name[:80]}` has no layers", code="empty")
        self.by_name = {found.name: found for found in self.layers}
        if len(self.by_name) < len(self.layers):
            self._twice()
        self.chain = "input_layers" not in layer.fields.values
        if self.chain:
            self.inputs, self.outputs = self._chained()
        else:
            self.inputs, self.outputs = self._connected()
        self.stated = dict(self._stated())

    def _twice(self) -> NoReturn:
        seen = set()
        for layer in self.layers:
            if layer.name in seen:
                layer.fail(f"there are two layers `{layer.name[:80]}`", code="duplicate-name")
            seen.add(layer.name)
        raise AssertionError

    def _chained(self) -> tuple[list[Ref], list[Ref]]:
        """Let each layer read the one before it."""
        first, *others = self.layers
        if first.kind == "InputLayer":
            before = Ref(first.name, 0, 0)
        else:
            others, before = self.layers, Ref("", 0, 0)
        inputs = [before]
        for layer in others:
            layer.uses = [Use.of(0, (before,), {})]
            before = Ref(layer.name, 0, 0)
        return inputs, [before]

    def _connected(self) -> tuple[list[Ref], list[Ref]]:
        """Read what each layer is applied to, and what enters and comes out."""
        nodes = {layer.name: _nodes(layer) for layer in self.layers}
        old = any(isinstance(node, list) for found in nodes.values() for node in found)
        models = {found.name: found.kind for found in self.layers if found.is_model}
        uses = {name: len(found) for name, found in nodes.items()}
        within = Wiring(uses, frozenset(models if old else ()))
        for layer in self.layers:
            try:
                layer.uses = [within.use(node, n) for n, node in enumerate(nodes[layer.name])]
            except Reason as reason:
                layer.fail(reason.message, "inbound_nodes", code=reason.code)
        ending = {name for name, kind in models.items() if old or kind != "Sequential"}
        ends = Wiring(uses, frozenset(ending))
        return self._ends("input_layers", ends), self._ends("output_layers", ends)

    def _ends(self, key: str, wiring: Wiring) -> list[Ref]:
        try:
            found = [*refs_of(wiring.taken(self.layer.fields.values.get(key)))]
        except Reason as reason:
            self.layer.fail(reason.message, "config", key, code=reason.code)
        if not found:
            self.layer.fail(f"`{key}` names no layer", "config", key)
        return found

    def _stated(self) -> Iterator[tuple[Ref, Sizes]]:
        """Give the sizes that the file states of what layers give, where they are read."""
        for layer in self.layers:
            refs = [ref for use in layer.uses for ref in use.refs]
            for ref in refs:
                if ref.sizes is not None:
                    yield ref.plain, ref.sizes
            sizes = sizes_of(layer.built())
            if len(refs) == 1 and refs[0].sizes is None and sizes is not None:
                yield refs[0], sizes


def _nodes(layer: KerasLayer) -> list[object]:
    found = layer.values.get("inbound_nodes") or []
    if not isinstance(found, list):
        layer.fail("`inbound_nodes` is a list", "inbound_nodes")
    return found
