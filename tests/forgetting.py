"""Rules are read once for equal ops on equal shapes: a test that breaks one says so here."""

from __future__ import annotations

from archcalc.facts import facts_of
from archcalc.ops.op import fitted


def forget() -> None:
    """Let all rules be read anew."""
    facts_of.cache_clear()
    fitted.cache_clear()
