"""Fail when branch coverage falls below the gate: 90 % of all, 100 % of the pure modules.

Example: ``python tools/coverage_gate.py`` after ``pytest --cov``.
"""

from __future__ import annotations

import sys
from pathlib import Path

from coverage import Coverage

GATE = 90.0
PURE_GATE = 100.0
ROOT = Path(__file__).resolve().parents[1]
# The packaging tests install copies elsewhere, which would count as code that nothing runs.
OURS = [f"{ROOT}/ckanext-ontario/*", f"{ROOT}/harvesters/*"]
PURE = [f"{ROOT}/ckanext-ontario/**/domain.py"]


def main() -> int:
    """Report, and return 0 when both gates hold."""
    # pytest-cov has combined what the child processes left; combining again would start anew.
    coverage = Coverage()
    coverage.load()
    total = coverage.report(include=OURS, file=sys.stdout)
    print(f"\nPure domain modules (gate {PURE_GATE:.0f} %):")
    pure = coverage.report(include=PURE, file=sys.stdout)
    failures = [
        f"{name} is {value:.2f} %, below {gate:.0f} %"
        for name, value, gate in (
            ("branch coverage", total, GATE),
            ("of pure modules", pure, PURE_GATE),
        )
        if value < gate
    ]
    for failure in failures:
        print(f"coverage gate: {failure}", file=sys.stderr)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
