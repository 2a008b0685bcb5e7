"""Run the command line as `python -m archcalc`."""

from __future__ import annotations

from archcalc.cli import main

if __name__ == "__main__":
    main()
