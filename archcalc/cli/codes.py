"""What the codes of mistakes mean, with an example of each: read from `codes.yaml`."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TypedDict

from archcalc.errors import UnknownName, suggestion


class Code(TypedDict, total=False):
    """A code: what it `means`, a `wrong` spec (of this `variant`) or `call`, and a `right` one."""

    means: str
    wrong: str
    right: str
    variant: str
    call: str


@cache
def codes() -> dict[str, Code]:
    """Read all codes, in the order of their file."""
    import yaml  # noqa: PLC0415 - rarely asked for

    text = (Path(__file__).parent / "codes.yaml").read_text("utf-8")
    found: dict[str, Code] = yaml.safe_load(text)
    return found


def explanation(code: str) -> str:
    """Explain a code, with what goes wrong and how it is right. Raises UnknownName.

    >>> print(explanation("two-ops").split(". ")[0])
    two-ops: A layer names two ops
    """
    found = codes().get(code)
    if found is None:
        hint = suggestion(code, codes()) or "`archcalc explain-error` lists all codes"
        raise UnknownName.of("unknown-code", f"there is no code `{code[:80]}`", hint)
    parts = [f"{code}: {found['means']}"]
    if "call" in found:
        parts.append(f"for example:\n\n    archcalc {found['call']}")
    if "wrong" in found:
        parts.append(f"wrong:\n\n{_indented(found['wrong'])}")
    if "right" in found:
        parts.append(f"right:\n\n{_indented(found['right'])}")
    return "\n\n".join(parts) + "\n"


def _indented(text: str) -> str:
    return "\n".join(f"    {line}" for line in text.rstrip("\n").split("\n"))
