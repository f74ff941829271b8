"""Run the benchmarks: ``python -m bench [harvest] [--records N] [--rounds N] [--json]``.

Starts Postgres, Redis and Solr of its own; needs no running portal.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from pathlib import Path

from bench import harvest

BENCHMARKS = {"harvest": harvest.run}
SMOKE_RECORDS = 20


def main() -> int:
    """Run what was asked for and print a table, or JSON; return 0."""
    parser = argparse.ArgumentParser(
        prog="python -m bench",
        description=__doc__,
        epilog="Example: python -m bench harvest --records 500 --rounds 3",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(BENCHMARKS)}")
    parser.add_argument("--records", type=int, default=300, help="records in the inventory")
    parser.add_argument("--rounds", type=int, default=3, help="rounds, interleaved; medians count")
    parser.add_argument("--smoke", action="store_true", help="one small round: does it run at all")
    parser.add_argument("--json", action="store_true", help="print JSON only")
    asked = parser.parse_args()
    unknown = set(asked.names) - set(BENCHMARKS)
    if unknown:
        parser.error(f"no benchmark is called {', '.join(sorted(unknown))}")
    records, rounds = (SMOKE_RECORDS, 1) if asked.smoke else (asked.records, asked.rounds)
    results = {}
    for name in asked.names or BENCHMARKS:
        with tempfile.TemporaryDirectory(prefix="ontario-bench-") as folder:
            Path(folder).chmod(0o755)  # Postgres, as root, runs as a user of its own
            results[name] = BENCHMARKS[name](Path(folder), records, rounds)
    print(json.dumps(results, indent=2) if asked.json else harvest.table(results["harvest"]))
    return 0


if __name__ == "__main__":
    sys.exit(main())
