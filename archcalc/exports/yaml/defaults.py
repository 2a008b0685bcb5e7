"""What all layers of an op share is said once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from archcalc import ops
from archcalc.exports.yaml.entries import all_of, word_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from archcalc.exports.yaml.entries import Entry, Written

AT_THE_LAYER = frozenset({("split", "part")})
"""Without a `part` of its own `split` would give all parts their names."""


def hoisted(spec: Written) -> Written:
    """Say once what all layers of an op have, and by `op` what an op without a value is."""
    whole = [
        *spec.layers,
        *spec.heads.values(),
        *(e for b in spec.blocks.values() for e in b.layers),
    ]
    own, beside = [], []
    for entry in all_of(whole):
        own.append(entry)
        beside += [each for key in ("before", "after") for each in entry.get(key, ())]
    defaults: dict[str, Entry] = {}
    for word in dict.fromkeys(filter(None, map(word_of, own))):
        those = [entry for entry in own if word_of(entry) == word]
        found_in = those + [entry for entry in beside if word_of(entry) == word]
        found = _common(those, ("before", "after"))
        fields = [key for key in ops.field_types(word) if (word, key) not in AT_THE_LAYER]
        found |= _common(found_in, [key for key in fields if key != word])
        if len(found_in) > 1 and found:
            defaults[word] = found
            for entry in found_in:
                for key in found.keys() & entry.keys():
                    del entry[key]
    spec = spec._replace(defaults=defaults)
    _spell(spec)
    return spec


def _common(entries: list[Entry], keys: Sequence[str]) -> Entry:
    first, *others = entries
    return {
        key: first[key]
        for key in keys
        if key in first
        and not str(first[key]).startswith("=")
        and all(key in entry and entry[key] == first[key] for entry in others)
    }


def _spell(value: Any) -> None:  # noqa: ANN401
    """Write `op: relu` for an op that nothing stands beside."""
    if isinstance(value, dict):
        word = word_of(value)
        if word and value[word] is None:
            entries = [("op", word) if key == word else (key, each) for key, each in value.items()]
            value.clear()
            value.update(entries)
    if isinstance(value, dict | list | tuple):
        for each in value.values() if isinstance(value, dict) else value:
            _spell(each)
