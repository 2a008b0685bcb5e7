"""Results in a Parquet file, by pyarrow, an extra.

Such a file is none before its end is written. What comes stands as lines in another file beside it
until the sweep ends or is stopped; where nothing could be ended any more, the next call reads both.
"""

from __future__ import annotations

from itertools import chain, islice
from typing import TYPE_CHECKING, Any

from archcalc.errors import UsageError
from archcalc.referee.sweeps.record import Csv, fingerprint, go_on, outcome_of, refusal

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from archcalc.referee.sweeps.plan import Outcome, Plan
    from archcalc.referee.sweeps.record import Lines

ROWS = 50_000
"""Rows of a group, which are held at once."""
MOST = 2**63 - 1
ASIDE, NEW = ".lines", ".new"
"""What the names of the other file and of the next one end in."""


def open_columns(path: Path, plan: Plan) -> tuple[Columns, Iterator[Outcome]]:
    """Go on behind the results in a file and beside it.

    Raises UsageError where one of them has other results, or where pyarrow is not installed.
    """
    columns = Columns(path, plan)
    before = columns.last()
    columns.lines, since = go_on(columns.aside, plan, Csv)
    return columns, chain(columns.read(), (one for one in since if one.number > before))


class Columns:
    """A file of columns, and the lines beside it that it does not have yet."""

    lines: Lines

    def __init__(self, path: Path, plan: Plan) -> None:
        try:
            import pyarrow as pa  # noqa: PLC0415
            from pyarrow import parquet  # noqa: PLC0415
        except ImportError:
            hint = "`pip install 'archcalc[parquet]'`"
            raise UsageError.of("not-installed", "a Parquet file needs pyarrow", hint) from None
        self.path, self.plan, self.table, self.parquet = path, plan, pa.Table, parquet
        self.foreign: type[Exception] = pa.ArrowInvalid
        self.aside, self.new = (path.with_name(path.name + end) for end in (ASIDE, NEW))
        varied = [axis.name for axis in plan.space.axes]
        kinds = {name: _kind(plan, place, pa) for place, name in enumerate(varied)}
        columns = [
            ("variant", pa.int64()), *kinds.items(), *((n, pa.int64()) for n in plan.columns),
            ("partial", pa.string()), ("error", pa.string()),
        ]  # fmt: skip
        self.texts = [name for name, kind in kinds.items() if kind == pa.string()]
        self.numbers = [name for name, kind in columns if kind == pa.int64()]
        self.schema = pa.schema(columns, metadata={"sweep": fingerprint(plan)})

    def last(self) -> int:
        """Give the number of the last variant in the file, -1 if there is none."""
        if not self.path.exists() or not self.path.stat().st_size:
            return -1
        try:
            with self.parquet.ParquetFile(self.path) as file:
                sweep = (file.schema_arrow.metadata or {}).get(b"sweep")
                if sweep != self.sweep:
                    raise refusal(self.path, sweep=sweep is not None)
                groups = file.num_row_groups
                if not groups:
                    return -1
                numbers = file.read_row_group(groups - 1, columns=["variant"])["variant"]
                return int(numbers[-1].as_py())
        except self.foreign:
            raise refusal(self.path, sweep=False) from None

    @property
    def sweep(self) -> bytes:
        """The fingerprint of the sweep, as the file has it."""
        found: bytes = self.schema.metadata[b"sweep"]
        return found

    def read(self) -> Iterator[Outcome]:
        """Give the outcomes that the file has."""
        for batch in self._batches():
            for record in batch.to_pylist():
                yield outcome_of(record, self.plan)

    def write(self, outcomes: Sequence[Outcome]) -> None:
        """Write some beside the file. Raises UsageError for a figure that it could not have."""
        for one in outcomes:
            whole = [value for name, value in one.values.items() if name not in self.texts]
            if any(isinstance(n, int) and abs(n) > MOST for n in (*one.figures.values(), *whole)):
                message = "a figure is larger than a number of a Parquet file"
                raise UsageError.of("too-large", message, "CSV and JSON Lines take any")
        self.lines.write(outcomes)

    def close(self) -> None:
        """Put what stands beside the file into it: a new one takes its place at once, whole."""
        self.lines.close()
        before, lines = self.last(), self.lines.records(self.aside)
        since = (line for line in lines if int(line["variant"]) > before)
        with self.parquet.ParquetWriter(self.new, self.schema) as writer:
            for batch in self._batches():
                writer.write_batch(batch)
            while rows := [self._row(line) for line in islice(since, ROWS)]:
                writer.write_table(self.table.from_pylist(rows, schema=self.schema))
        self.new.replace(self.path)
        self.aside.unlink()

    def _batches(self) -> Iterator[Any]:
        if self.path.exists() and self.path.stat().st_size:
            with self.parquet.ParquetFile(self.path) as file:
                yield from file.iter_batches(batch_size=ROWS)

    def _row(self, line: dict[str, str]) -> dict[str, object]:
        texts = {name: line[name] for name in (*self.texts, "partial")}
        numbers = {name: int(line[name]) if line[name] else None for name in self.numbers}
        return {**texts, **numbers, "error": line["error"] or None}


def _kind(plan: Plan, place: int, pa: Any) -> Any:  # noqa: ANN401 - pyarrow's own
    """Tell what an axis holds: whole numbers if all its values are, else texts."""
    values = plan.space.axes[place].values
    whole = all(
        type(some.first) is int and type(some.step) is int and type(some.factor) is int
        for some in values
    )
    return pa.int64() if whole else pa.string()
