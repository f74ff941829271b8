"""Run the benchmarks: ``python -m bench [NAME …] [--records N] [--rounds N] [--json]``.

Names: harvest, pages, publish, votes; without one, all of them. ``python -m bench.harvest --help``
has more of harvest.

Starts Postgres, Redis and Solr of its own; needs no running portal.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from bench import harvest, pages, publish, votes

BENCHMARKS = {"harvest": harvest, "pages": pages, "publish": publish, "votes": votes}
SMOKE_RECORDS = 20


def main(arguments: Sequence[str] | None = None) -> int:
    """Run what was asked for and print a table, or JSON; return 0."""
    parser = argparse.ArgumentParser(
        prog="python -m bench",
        description=__doc__,
        epilog="Example: python -m bench pages --records 10000 --rounds 5",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(BENCHMARKS)}")
    parser.add_argument(
        "--records",
        type=int,
        default=300,
        help="records: rows of the inventory, or of the catalogue",
    )
    parser.add_argument("--rounds", type=int, default=3, help="rounds, interleaved; medians count")
    parser.add_argument("--smoke", action="store_true", help="one small round: does it run at all")
    parser.add_argument("--json", action="store_true", help="print JSON only")
    asked = parser.parse_args(arguments)
    unknown = set(asked.names) - set(BENCHMARKS)
    if unknown:
        parser.error(f"no benchmark is called {', '.join(sorted(unknown))}")
    records, rounds = (SMOKE_RECORDS, 1) if asked.smoke else (asked.records, asked.rounds)
    results = {}
    for name in asked.names or BENCHMARKS:
        with tempfile.TemporaryDirectory(prefix="ontario-bench-") as folder:
            Path(folder).chmod(0o755)  # Postgres, as root, runs as a user of its own
            results[name] = BENCHMARKS[name].run(Path(folder), records, rounds)
    tables = (BENCHMARKS[name].table(result) for name, result in results.items())
    print(json.dumps(results, indent=2) if asked.json else "\n\n".join(tables))
    return 0


if __name__ == "__main__":
    sys.exit(main())
