"""Entries of a spec as plain values, and where numbers stand in them that may differ."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from archcalc import ops
from archcalc.exports.columns import Follows

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

Entry: TypeAlias = "dict[str, Any]"
LOOP = frozenset({"repeat", "for", "in"})


class Number(NamedTuple):
    """A value that may be another where the same layer stands again; `default` needs no saying."""

    key: str
    layer: str
    value: Any
    default: Any = None


class Block(NamedTuple):
    """A block: its parameters with their defaults (None: must be given), and its layers."""

    parameters: dict[str, Any]
    layers: list[Entry]


class Written(NamedTuple):
    """A spec as plain values."""

    defaults: dict[str, Entry]
    blocks: dict[str, Block]
    layers: list[Entry]
    heads: dict[str, Entry]
    outputs: list[str]


def word_of(entry: Entry) -> str | None:
    """Tell the op of an entry: its word stands before its fields, of which some are words too."""
    if "block" in entry or "layers" in entry:
        return None
    return next((key for key in entry if key in ops.names()), None)


def skeleton(value: Any) -> Any:  # noqa: ANN401 - entries, lists, values
    """Leave of entries what does not vary."""
    if isinstance(value, Number):
        return f"?{value.key}"
    if isinstance(value, dict):
        return {key: skeleton(each) for key, each in value.items()}
    return [skeleton(each) for each in value] if isinstance(value, list) else value


def numbers(value: Any) -> Iterator[Number]:  # noqa: ANN401
    """Go through the numbers of entries in their order."""
    if isinstance(value, Number):
        yield value
    elif isinstance(value, dict | list):
        for each in value.values() if isinstance(value, dict) else value:
            yield from numbers(each)


def plain(value: Any, values: Iterator[object] | None = None) -> Any:  # noqa: ANN401
    """Put numbers in their places, or the arguments that they follow, unless they say nothing."""
    if isinstance(value, Number):
        found = value.value if values is None else next(values)
        return f"={found}" if isinstance(found, Follows) else found
    if isinstance(value, list):
        return [plain(each, values) for each in value]
    if not isinstance(value, dict):
        return value
    said = {key: plain(each, values) for key, each in value.items()}
    word = word_of(value)
    if word and isinstance(value[word], Number) and said[word] == value[word].default:
        said[word] = None
    return {
        key: each
        for key, each in said.items()
        if key == word or not isinstance(number := value[key], Number) or each != number.default
    }


def bare(entries: list[Entry]) -> list[Entry]:
    """Leave out the names that layers without a name have anyway."""
    named = Counter(entry.get("name") for entry in entries)
    counted: Counter[str] = Counter()
    found = []
    for entry in entries:
        word = word_of(entry)
        if word and not isinstance(entry[word], list):  # whose branches have its name in theirs
            expected = f"{word}{counted[word] + 1}"
            if entry.get("name") == expected and named[expected] == 1:
                counted[word] += 1
                found.append({key: each for key, each in entry.items() if key != "name"})
                continue
        found.append(entry)
    return found


def repeated(entries: list[Entry], *, whole: bool) -> list[Entry]:
    """Fold calls of one block that stand one behind the other; `whole` if they have one name.

    What has one name may be equal groups or layers too.
    """
    if whole and _are_turns(entries) and "block" not in entries[0]:
        turns = [{key: e[key] for key in e if key != "name"} for e in entries]
        first = plain(turns[0])
        if ("layers" in first or "from" not in first) and all(
            plain(turn) == first for turn in turns
        ):
            return [turns[0] | {"repeat": len(turns)}]
    found: list[Entry] = []
    run: list[Entry] = []
    for entry in [*entries, {}]:
        calls = "block" in entry and not LOOP & entry.keys()
        if run and calls and entry["block"] == run[0]["block"] and "from" not in entry:
            run.append(entry)
            continue
        found += _folded(run, whole=whole and len(run) == len(entries))
        run = [entry] if calls else []
        if entry and not run:
            found.append(entry)
    return found


def _folded(run: list[Entry], *, whole: bool) -> list[Entry]:
    if len(run) < 2:
        return run
    first = run[0]
    counted = whole and _are_turns(run)
    if not counted and len(run) == 2 and len(first) < 5:
        return run
    varying = [
        key
        for key, each in first.items()
        if isinstance(each, Number) and len({repr(entry[key].value) for entry in run}) > 1
    ]
    same = {key: each for key, each in first.items() if key not in {"name", *varying}}
    if counted and not varying:
        return [same | {"repeat": len(run)}]
    columns = varying if counted else ["name", *varying]
    rows = [[plain(entry[key]) for key in columns] for entry in run]
    return [same | {"for": columns, "in": [row[0] if len(row) == 1 else row for row in rows]}]


def _are_turns(entries: list[Entry]) -> bool:
    names = [entry.get("name") for entry in entries]
    return len(names) > 1 and names == [str(n + 1) for n in range(len(names))]


def is_counted(entry: Entry) -> bool:
    """Tell whether an entry is a loop whose turns are called 1, 2, 3."""
    return "repeat" in entry or "name" not in entry.get("for", ["name"])


def all_of(entries: Sequence[Entry]) -> Iterator[Entry]:
    """Go through the entries of lists, those within groups and joins too."""
    for entry in entries:
        yield entry
        yield from all_of(entry.get("layers", ()))
        word = word_of(entry)
        for branch in entry[word] or () if word and ops.is_join(word) else ():
            yield from all_of(branch)
