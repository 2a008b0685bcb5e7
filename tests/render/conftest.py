"""Rendering is also tried through the command line."""

from __future__ import annotations

from tests.cli.conftest import archcalc

__all__ = ["archcalc"]
