"""To add an op is two files: toys of four kinds are added, and every command finds them.

A toy stands in a folder of its own beside the package's: `archcalc.ops` and `archcalc.kernels` look
there as well, as they would find a new file of theirs.
"""

from __future__ import annotations

import json
import sys
from io import StringIO
from textwrap import dedent
from typing import TYPE_CHECKING

import numpy as np
import pytest

import archcalc as library
from archcalc import kernels, ops
from archcalc.cli.completion import complete_ops
from archcalc.ops.declarations import DECLARATIONS
from archcalc.render.schema import spec_schema
from tests import schemas

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.cli.conftest import Outcome

    Run = Callable[..., Outcome]

RULES = {
    "toy_slope": '''
        """An activation: the rectifier with a trained slope."""

        from __future__ import annotations

        from dataclasses import dataclass
        from typing import ClassVar

        from archcalc.ops.op import Placewise, Role, Shape, Weight, Weighted, Work


        @dataclass(frozen=True, kw_only=True)
        class ToySlope(Weighted, Placewise):
            """Keep what is positive, scale what is negative by one trained slope per map."""

            reason: ClassVar[str] = "one factor per element: no connections of its own"
            role: ClassVar[Role] = "activation"
            rectifies: ClassVar[bool] = True

            def parameters(self, x: Shape, y: Shape) -> int:
                """Count a slope for each map."""
                return x.channels

            def weights(self, x: Shape, y: Shape) -> tuple[Weight, ...]:
                """List the slopes."""
                return (Weight("slope", "slope", (x.channels,), 0),)

            def work(self, x: Shape, y: Shape) -> Work:
                """Count a comparison and a product per element."""
                return Work(cmp=y.size, mul=y.size)
    ''',
    "toy_mix": '''
        """A layer of neurons: the maps of each place are mixed, whatever the extents are."""

        from __future__ import annotations

        from dataclasses import dataclass
        from typing import ClassVar

        from archcalc.arithmetic import known
        from archcalc.ops.fields import Count
        from archcalc.ops.op import Shape, Weight, Weighted, Work
        from archcalc.ops.window import one_place
        from archcalc.ops.span import Span


        @dataclass(frozen=True, kw_only=True)
        class ToyMix(Weighted):
            """Connect each of `units` maps with all maps, place by place."""

            main: ClassVar[str] = "units"
            reason: ClassVar[str] = "there is no bias, and nothing is normalised"
            label: ClassVar[str] = "mixtures"

            units: Count

            def shape(self, *xs: Shape) -> Shape:
                """Give each unit a map."""
                return Shape(self.units, *xs[0].extents)

            def window(self, x: Shape) -> tuple[Span, ...]:
                """Tell the window: one place."""
                return one_place(x)

            def parameters(self, x: Shape, y: Shape) -> int:
                """Count a weight for each pair of maps."""
                return self.units * x.channels

            def weights(self, x: Shape, y: Shape) -> tuple[Weight, ...]:
                """List the matrix."""
                return (Weight("weight", "weight", (self.units, x.channels)),)

            def neurons(self, x: Shape, y: Shape) -> int:
                """Count every unit of every map."""
                return y.size

            def connections(self, x: Shape, y: Shape) -> int:
                """Count the weights at each place."""
                return known(self.parameters(x, y)) * y.places

            def work(self, x: Shape, y: Shape) -> Work:
                """Count a mac for each connection."""
                return Work(mac=known(self.parameters(x, y)) * y.places)
    ''',
    "toy_norm": '''
        """A normalisation: a trained scale and shift for each map, and nothing else."""

        from __future__ import annotations

        from dataclasses import dataclass
        from typing import ClassVar

        from archcalc.ops.op import Placewise, Role, Shape, Weight, Weighted, Work


        @dataclass(frozen=True, kw_only=True)
        class ToyNorm(Weighted, Placewise):
            """Scale each map by gamma and shift it by beta."""

            reason: ClassVar[str] = "it rescales units that are there"
            role: ClassVar[Role] = "normalisation"

            def parameters(self, x: Shape, y: Shape) -> int:
                """Count gamma and beta."""
                return x.channels * 2

            def weights(self, x: Shape, y: Shape) -> tuple[Weight, ...]:
                """List gamma and beta."""
                maps = (x.channels,)
                return Weight("gamma", "scale", maps, 1), Weight("beta", "shift", maps, 0)

            def work(self, x: Shape, y: Shape) -> Work:
                """Count a product and a sum per element."""
                return Work(mul=y.size, add=y.size)
    ''',
}

RULES["toy_join"] = '''
    """A join: the largest of branches of one shape."""

    from __future__ import annotations

    from dataclasses import dataclass
    from typing import ClassVar

    from archcalc.ops.broadcast import spread_out
    from archcalc.ops.op import Placewise, Role, Shape, Work


    @dataclass(frozen=True, kw_only=True)
    class ToyJoin(Placewise):
        """Keep the largest of all branches, place by place."""

        main: ClassVar[str] = "branches"
        reason: ClassVar[str] = "it compares what is there"
        role: ClassVar[Role] = "join"

        branches: int

        def shape(self, *xs: Shape) -> Shape:
            """Keep the common shape."""
            return spread_out("toy_join", xs)

        def work(self, x: Shape, y: Shape) -> Work:
            """Count the comparisons."""
            return Work(cmp=y.size * (self.branches - 1))
'''

WITNESSES = {
    "toy_slope": """
        import numpy as np

        from archcalc.kernels._arrays import per_map, places

        WEIGHTS = {"slope": "slope"}


        def weights(shape, **_):
            return {"slope": (shape[0],)}


        def forward(x, *, slope):
            factor = np.where(x > 0, 1, per_map(slope, x))
            return x * factor, (x, factor)


        def backward(dy, saved):
            x, factor = saved
            return (dy * factor,), {"slope": (dy * np.minimum(x, 0)).sum(axis=places(x))}
    """,
    "toy_mix": """
        import numpy as np

        WEIGHTS = {"weight": "weight"}


        def weights(shape, *, units, **_):
            return {"weight": (units, shape[0])}


        def forward(x, *, weight):
            rows = np.moveaxis(x, 1, -1)
            return np.moveaxis(rows @ weight.T, -1, 1), (rows, weight)


        def backward(dy, saved):
            rows, weight = saved
            d_units = np.moveaxis(dy, 1, -1)
            flat = d_units.reshape(-1, len(weight))
            gradient = flat.T @ rows.reshape(-1, rows.shape[-1])
            return (np.moveaxis(d_units @ weight, -1, 1),), {"weight": gradient}
    """,
    "toy_norm": """
        from archcalc.kernels._arrays import per_map, places

        WEIGHTS = {"gamma": "scale", "beta": "shift"}


        def weights(shape, **_):
            return {"gamma": (shape[0],), "beta": (shape[0],)}


        def forward(x, *, gamma, beta):
            return x * per_map(gamma, x) + per_map(beta, x), (x, gamma)


        def backward(dy, saved):
            x, gamma = saved
            found = {"gamma": (dy * x).sum(axis=places(x)), "beta": dy.sum(axis=places(x))}
            return (dy * per_map(gamma, x),), found
    """,
}

WITNESSES["toy_join"] = """
    import numpy as np


    def weights(_shape, **_):
        return {}


    def forward(*xs):
        y = xs[0]
        for x in xs[1:]:
            y = np.maximum(y, x)
        return y, (xs, y)


    def backward(dy, saved):
        xs, y = saved
        return tuple(dy * (x == y) for x in xs), {}
"""

SPEC = """\
name: toys
input: 3x{size}
layers:
  - {{toy_mix: 4, after: [toy_norm, toy_slope]}}
  - {{toy_join: [{{toy_mix: 4}}, []]}}
  - {{toy_mix: 2}}
  - globalavgpool
"""


@pytest.fixture(autouse=True)
def toys(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Put the toys where ops and kernels are looked for."""
    for package, sources in ((ops, RULES), (kernels, WITNESSES)):
        folder = tmp_path / package.__name__
        folder.mkdir()
        for name, source in sources.items():
            (folder / f"{name}.py").write_text(dedent(source).lstrip(), encoding="utf-8")
            monkeypatch.delitem(sys.modules, f"{package.__name__}.{name}", raising=False)
        monkeypatch.setattr(package, "__path__", [*package.__path__, str(folder)])
    _forget()
    yield
    monkeypatch.undo()
    _forget()


def _forget() -> None:
    ops.names.cache_clear()
    ops.find.cache_clear()
    ops.field_types.cache_clear()
    schemas._validator.cache_clear()  # noqa: SLF001 - what the tests' own specs are held against


@pytest.fixture
def spec(tmp_path: Path) -> str:
    """Write the toys' network to a file."""
    path = tmp_path / "toys.yaml"
    path.write_text(SPEC.format(size="5x5"), encoding="utf-8")
    return str(path)


@pytest.mark.parametrize("size", ["7", "5x5", "2x3x4"])
def test_toys_are_counted_and_confirmed_at_any_rank(size: str) -> None:
    report = library.count(library.load(StringIO(SPEC.format(size=size))))
    confirmation = library.confirm(report.graph)

    assert report.total.parameters == 12 + 16 + 8 + 8 + 4  # mixtures, norm, slopes
    assert (report.total.gamma, report.total.beta) == (4, 4)
    assert [line.path for line in confirmation.differing] == []


def test_toys_run_and_learn(spec: str) -> None:
    model = library.build(spec, seed=1)
    x = np.random.default_rng(0).standard_normal((2, 3, 5, 5))
    y = model.forward(x, training=True)
    model.backward(np.ones_like(y))

    assert {path: sorted(arrays) for path, arrays in model.gradients.items()} == {
        "toy_mix1": ["weight"],
        "toy_mix1.toy_norm": ["beta", "gamma"],
        "toy_mix1.toy_slope": ["slope"],
        "toy_mix2": ["weight"],
        "toy_mix3": ["weight"],
    }
    assert model.parameters["toy_mix1.toy_norm"]["gamma"].tolist() == [1, 1, 1, 1]
    (flow,) = library.gradients(spec)
    assert [layer.path for layer in flow.layers] == ["toy_mix1", "toy_mix2", "toy_mix3"]


@pytest.mark.parametrize(
    "command",
    [
        ["show"],
        ["show", "--json", "--columns", "all"],
        ["explain"],
        ["confirm"],
        ["gradients"],
        ["draw"],
        ["draw", "--sideways"],
        ["conventions"],
        ["show", "--convention", "macs"],
        ["backprop"],
        ["draw", "--format", "mermaid"],
        ["budget", "--max-parameters", "1k"],
        ["compare", "lenet1"],
    ],
    ids=" ".join,
)
def test_every_command_finds_them(archcalc: Run, command: list[str], spec: str) -> None:
    first, *others = command
    result = archcalc(first, spec, *others)

    assert result.status == 0, result.errors


def test_explain_spells_their_rules(archcalc: Run) -> None:
    output = archcalc("explain", "--op", "toy_mix", "--width", "100").output

    assert "units·C" in output


def test_the_schema_and_completion_know_them(spec: str, archcalc: Run) -> None:
    assert complete_ops("toy") == ["toy_join", "toy_mix", "toy_norm", "toy_slope"]
    definitions = spec_schema()["$defs"]

    assert definitions["toy_mix"]["properties"]["units"] == {
        "anyOf": [
            DECLARATIONS["Count"].schema,
            {"type": "string", "pattern": "^=", "description": "An expression."},
        ]
    }
    assert json.loads(archcalc("show", spec, "--json").output)["total"]["parameters"] == 48


def test_a_toy_is_gone_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ops, "__path__", ops.__path__[:1])
    _forget()

    assert not any(name.startswith("toy") for name in ops.names())
