"""Results in a Parquet file, by pyarrow, an extra: whole groups of rows, and none to go on from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from archcalc.errors import UsageError
from archcalc.ops.fields import written
from archcalc.referee.sweeps.record import ROWS, fingerprint

if TYPE_CHECKING:
    from collections.abc import Sequence

    from archcalc.referee.sweeps.plan import Outcome, Plan


class Columns:
    """A file of columns. Raises UsageError where pyarrow is not installed."""

    def __init__(self, path: str, plan: Plan) -> None:
        try:
            import pyarrow as pa  # noqa: PLC0415
            from pyarrow import parquet  # noqa: PLC0415
        except ImportError:
            hint = "`pip install 'archcalc[parquet]'`"
            raise UsageError.of("not-installed", "a Parquet file needs pyarrow", hint) from None
        self.plan, self.table = plan, pa.Table
        self.varied = [axis.name for axis in plan.space.axes]
        kinds = {name: _kind(plan, place, pa) for place, name in enumerate(self.varied)}
        columns = [
            ("variant", pa.int64()), *kinds.items(), *((n, pa.int64()) for n in plan.columns),
            ("partial", pa.string()), ("error", pa.string()),
        ]  # fmt: skip
        self.texts = [name for name, kind in kinds.items() if kind == pa.string()]
        self.schema = pa.schema(columns, metadata={"sweep": fingerprint(plan)})
        self.writer = parquet.ParquetWriter(path, self.schema)
        self.waiting: list[dict[str, Any]] = []

    def write(self, outcomes: Sequence[Outcome]) -> None:
        """Take results; a group is written when it is full."""
        self.waiting += [self._row(one) for one in outcomes if one.fits or one.error]
        if len(self.waiting) >= ROWS:
            self._flush()

    def close(self) -> None:
        """Write the last group, and what makes it a file."""
        self._flush()
        self.writer.close()

    def _flush(self) -> None:
        try:
            self.writer.write_table(self.table.from_pylist(self.waiting, schema=self.schema))
        except OverflowError:
            message = "a figure is larger than a number of a Parquet file"
            raise UsageError.of("too-large", message, "CSV and JSON Lines take any") from None
        self.waiting.clear()

    def _row(self, outcome: Outcome) -> dict[str, Any]:
        values = {
            name: written(value) if name in self.texts else value
            for name, value in outcome.values.items()
        }
        behind = {"partial": " ".join(outcome.partial), "error": outcome.error or None}
        return {"variant": outcome.number, **values, **outcome.figures, **behind}


def _kind(plan: Plan, place: int, pa: Any) -> Any:  # noqa: ANN401 - pyarrow's own
    """Tell what an axis holds: whole numbers if all its values are, else texts."""
    values = plan.space.axes[place].values
    whole = all(
        type(some.first) is int and type(some.step) is int and type(some.factor) is int
        for some in values
    )
    return pa.int64() if whole else pa.string()
