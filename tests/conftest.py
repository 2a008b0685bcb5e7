"""What all tests share: settings, and a reader of printed derivations that knows no archcalc."""

from __future__ import annotations

import math
import os
import re
import sys
from fractions import Fraction
from importlib import import_module
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

settings.register_profile(
    "same",  # draws: a change is judged by itself, and not by luck
    deadline=None,
    print_blob=True,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.register_profile("new", settings.get_profile("same"), derandomize=False)
settings.load_profile("same")


def pytest_configure(config: pytest.Config) -> None:
    """Let programs that tests start find the archcalc that is tested, not one that is installed.

    Matrix products get one thread, before NumPy is imported: on a busy machine two wait for each
    other.
    """
    os.environ["PYTHONPATH"] = os.pathsep.join([str(config.rootpath), *sys.path])
    if not config.getoption("benchmark_only", default=False):
        os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
        schemas = import_module("tests.schemas")
        schemas.watch()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call() -> Generator[None]:
    """Hold the specs and reports that a test made against their schemas."""
    yield
    schemas = sys.modules.get("tests.schemas")
    if schemas is not None:
        schemas.check()


@pytest.fixture(autouse=True)
def _rules_are_read_anew() -> Generator[None]:
    """Forget what rules told: a test that breaks one leaves nothing of it behind."""
    yield
    if "archcalc.facts" in sys.modules:
        import_module("tests.forgetting").forget()


_TOKEN = re.compile(r"\s*(?:(\d{1,3}(?:,\d{3})+|\d+)|(mod|[-+−·×/()⌊⌋⌈⌉]))")


@pytest.fixture(name="evaluate", scope="session")
def _evaluate() -> Callable[[str], int]:
    """Give the function that reckons what is printed."""
    return _reckon


def _reckon(text: str) -> int:
    """Reckon a text of whole numbers with + − · / mod, parentheses, floor and ceiling, exactly.

    Raises ValueError if the text is anything else, or its value is no whole number.
    """
    reader = _Reader(text)
    value = reader.sum()
    if reader.tokens or value.denominator != 1:
        message = f"{text!r}: {value}, and {reader.tokens} is left"
        raise ValueError(message)
    return value.numerator


class _Reader:
    def __init__(self, text: str) -> None:
        self.tokens: list[str] = []
        position = 0
        while position < len(text):
            match = _TOKEN.match(text, position)
            if match is None:
                message = f"{text!r} has {text[position:]!r}"
                raise ValueError(message)
            self.tokens.append((match[1] or match[2]).replace(",", "").replace("−", "-"))
            position = match.end()

    def sum(self) -> Fraction:
        negative = self._take("-")
        value = -self.product() if negative else self.product()
        while self.tokens and self.tokens[0] in "+-":
            sign = 1 if self.tokens.pop(0) == "+" else -1
            value += sign * self.product()
        return value

    def product(self) -> Fraction:
        value = self.atom()
        while self.tokens and self.tokens[0] in ("·", "×", "/", "mod"):
            sign, other = self.tokens.pop(0), self.atom()
            value = (
                value % other if sign == "mod" else value / other if sign == "/" else value * other
            )
        return value

    def atom(self) -> Fraction:
        for left, right in ("()", "⌊⌋", "⌈⌉"):
            if self._take(left):
                value = self.sum()
                if not self._take(right):
                    raise ValueError(right)
                rounding = {"⌊": math.floor, "⌈": math.ceil}.get(left, lambda same: same)
                return Fraction(rounding(value))
        return Fraction(int(self.tokens.pop(0)))

    def _take(self, token: str) -> bool:
        found = self.tokens[:1] == [token]
        if found:
            self.tokens.pop(0)
        return found
