"""The file of a sweep's results: written as they come, and read again by a sweep that goes on.

A line for each variant that fits or cannot be, in the order of their numbers, each with the sweep's
fingerprint. What stands behind the last whole line was never written: there a sweep goes on.
"""

from __future__ import annotations

import csv
import io
import json
from fractions import Fraction
from pathlib import Path
from typing import IO, TYPE_CHECKING, ClassVar, Protocol

from archcalc.errors import UsageError
from archcalc.ops.fields import written
from archcalc.referee.sweeps.plan import Outcome, failed

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from typing import Any

    from archcalc.referee.sweeps.plan import Plan
    from archcalc.spec.values import Value

SUFFIXES = (".jsonl", ".csv", ".parquet")
OWN = ("sweep", "variant")
BEHIND = ("partial", "error")


class Record(Protocol):
    """Where results go."""

    def write(self, outcomes: Sequence[Outcome]) -> None:
        """Write some, all the way to the disk's own care."""

    def close(self) -> None:
        """Write what is left."""


def fingerprint(plan: Plan) -> str:
    """Tell sweeps apart: by the network, what is varied, drawn and counted, and what fits.

    How many are drawn is not among it: a sweep of more draws goes on where one of fewer ended.
    """
    from hashlib import sha256  # noqa: PLC0415 - only files need it

    space = plan.space
    said = (
        plan.subject.fingerprint, space.axes, space.draws is not None and space.seed, plan.names,
        plan.conventions, sorted(plan.most.items()), plan.where, plan.batch, plan.heads,
        plan.bytes_each,
    )  # fmt: skip
    return sha256(repr(said).encode()).hexdigest()[:12]


def open_record(path: str, plan: Plan) -> tuple[Record, Iterator[Outcome]]:
    """Open a file for results, and give those that it has already, if it is of the same sweep.

    Raises UsageError for another suffix, for a file of something else, for one that cannot be.
    """
    suffix = Path(path).suffix.lower()
    if suffix not in SUFFIXES:
        message = f"results are not written to `{path}`"
        raise UsageError.of("unknown-suffix", message, f"one of {', '.join(SUFFIXES)}")
    try:
        if suffix == ".parquet":
            from archcalc.referee.sweeps.parquet import open_columns  # noqa: PLC0415 - an extra

            return open_columns(Path(path), plan)
        return go_on(Path(path), plan, Csv if suffix == ".csv" else Jsonl)
    except OSError as error:
        raise UsageError.of("unwritable", f"`{path}` cannot be written: {error.strerror}") from None


def go_on(path: Path, plan: Plan, kind: type[Lines]) -> tuple[Lines, Iterator[Outcome]]:
    """Cut off a line that was not finished, and go on behind the last one."""
    found = kind(plan)
    earlier: Iterator[Outcome] = iter(())
    if path.exists():
        with path.open("rb+") as file:
            beginning = found.beginning().encode()
            begun = file.read(len(beginning))
            if not beginning.startswith(begun):
                raise refusal(path, sweep=begun.startswith(found.sign))
            file.truncate(_whole(file))
        earlier = found.read(path)
    found.open(path)
    return found, earlier


def refusal(path: Path, *, sweep: bool) -> UsageError:
    """Say that a file is not this sweep's: another sweep's, or none's at all."""
    if sweep:
        message = f"`{path}` holds the results of another sweep"
        hint = "name another file, or delete it: it goes on only for the same network, values and "
        hint += "seed, columns and limits"
        return UsageError.of("already-there", message, hint)
    message = f"`{path}` holds something else than a sweep's results"
    return UsageError.of("already-there", message, "name another file, or delete it")


def _broken(path: Path, before: int) -> UsageError:
    behind = f"behind variant {before:,}" if before >= 0 else "at its beginning"
    message = f"`{path}` has a line {behind} that is no result of this sweep"
    hint = "delete it and all that follows, and the sweep goes on from there; or name another file"
    return UsageError.of("already-there", message, hint)


def outcome_of(record: dict[str, Any], plan: Plan) -> Outcome:
    """Give the outcome that a record of a file tells of; what varied follows from its number."""
    number = int(record["variant"])
    if record["error"]:
        return failed(number, plan.space.at(number), record["error"])
    figures = {name: int(record[name]) for name in plan.columns}
    partial = tuple(filter(None, (record["partial"] or "").split()))
    return Outcome(number, plan.space.at(number), figures, partial)


def _whole(file: IO[bytes]) -> int:
    """Tell where the last whole line ends."""
    end = file.seek(0, io.SEEK_END)
    while end:
        start = max(0, end - 65_536)
        file.seek(start)
        at = file.read(end - start).rfind(b"\n")
        if at >= 0:
            return start + at + 1
        end = start
    return 0


class Lines:
    """Results as lines of text, of which all files begin with the same sign."""

    sign: ClassVar[bytes]

    def __init__(self, plan: Plan) -> None:
        self.plan, self.sweep = plan, fingerprint(plan)
        self.varied = [axis.name for axis in plan.space.axes]
        self.names = [*OWN, *self.varied, *plan.columns, *BEHIND]
        self.file: IO[str] | None = None

    def open(self, path: Path) -> None:
        """Go on at the end of a file."""
        self.file = path.open("a", encoding="utf-8", newline="")
        if not path.stat().st_size:
            self.file.write(self.head())

    def head(self) -> str:
        """Give what stands before the first result."""
        return ""

    def beginning(self) -> str:
        """Give how a file of this sweep begins."""
        raise NotImplementedError

    def write(self, outcomes: Iterable[Outcome]) -> None:
        """Write those that fit and those that cannot be, in one piece."""
        kept = [outcome for outcome in outcomes if outcome.fits or outcome.error]
        if self.file is not None:
            self.file.write("".join(map(self.line, kept)))
            self.file.flush()

    def close(self) -> None:
        """Close the file."""
        if self.file is not None:
            self.file.close()

    def line(self, outcome: Outcome) -> str:
        """Write one result."""
        raise NotImplementedError

    def records(self, path: Path) -> Iterator[dict[str, Any]]:
        """Read the results of a file."""
        raise NotImplementedError

    def read(self, path: Path) -> Iterator[Outcome]:
        """Give the outcomes that a file has. Raises UsageError where a line is none of them."""
        records, before = self.records(path), -1
        while True:
            try:
                if (record := next(records, None)) is None:
                    return
                found = outcome_of(record, self.plan)
                right = record["sweep"] == self.sweep and found.number > before
            except (ValueError, LookupError, TypeError, AttributeError, csv.Error):
                right = False
            if not right:
                raise _broken(path, before)
            before = found.number
            yield found


class Jsonl(Lines):
    """JSON Lines."""

    sign = b'{"sweep": '

    def beginning(self) -> str:
        """Give how a file of this sweep begins."""
        return f'{{"sweep": "{self.sweep}", '

    def line(self, outcome: Outcome) -> str:
        """Write one result."""
        values = {name: plain(value) for name, value in outcome.values.items()}
        figures = {name: outcome.figures.get(name) for name in self.plan.columns}
        record = {
            "sweep": self.sweep, "variant": outcome.number, **values, **figures,
            "partial": " ".join(outcome.partial), "error": outcome.error or None,
        }  # fmt: skip
        return json.dumps(record) + "\n"

    def records(self, path: Path) -> Iterator[dict[str, Any]]:
        """Read the results of a file."""
        with path.open(encoding="utf-8") as file:
            yield from map(json.loads, file)


class Csv(Lines):
    """Values with commas between them, below their names."""

    sign = ",".join(OWN).encode()

    def head(self) -> str:
        """Give the names."""
        return _joined(self.names)

    def beginning(self) -> str:
        """Give how a file of this sweep begins."""
        return f"{self.head()}{self.sweep},"

    def line(self, outcome: Outcome) -> str:
        """Write one result."""
        values = [
            written(outcome.values[name]) if name in outcome.values else "" for name in self.varied
        ]
        figures = [outcome.figures.get(name, "") for name in self.plan.columns]
        behind = [" ".join(outcome.partial), outcome.error]
        return _joined([self.sweep, outcome.number, *values, *figures, *behind])

    def records(self, path: Path) -> Iterator[dict[str, Any]]:
        """Read the results of a file."""
        with path.open(encoding="utf-8", newline="") as file:
            yield from csv.DictReader(file)


def _joined(cells: Sequence[object]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerow(cells)
    return text.getvalue()


def plain(value: Value) -> object:
    """Give a value as JSON has it: a fraction as a decimal where it is one.

    >>> plain((Fraction(1, 4), Fraction(1, 3), True, "basic"))
    [0.25, '1/3', True, 'basic']
    """
    if isinstance(value, tuple):
        return [plain(item) for item in value]
    if isinstance(value, Fraction):
        return float(value) if Fraction(str(float(value))) == value else str(value)
    return value
