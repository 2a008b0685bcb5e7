"""A script that sets the number of threads as it starts is no test, and needs an extra besides."""

from __future__ import annotations

collect_ignore = ["bench_forward.py"]
