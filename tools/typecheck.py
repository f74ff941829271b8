"""Type-check the package as it is installed: ``python tools/typecheck.py [pyright options]``.

The three source trees only meet in the installed package (an editable install joins them by an
import hook that a type checker can't follow), so the wheel's content is laid out under
``build/types`` and checked there; paths in the report are those of the sources.

Example: ``python tools/typecheck.py``; exit code 0 when there is no error.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

ROOT = Path(__file__).resolve().parents[1]
LAID_OUT = ROOT / "build" / "types"
SOURCES = {
    "ckanext/ontario/harvesters": "harvesters",
    "ckanext/ontario/schemas": "schemas",
    "ckanext/ontario": "ckanext-ontario/ckanext/ontario",
}
"""Installed folder → source folder; the longest match wins."""


def main(arguments: list[str]) -> int:
    """Lay the package out, run pyright on it, report with source paths."""
    lay_out()
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["pyright"]
    settings |= {
        "include": ["ckanext/ontario"],
        "venvPath": str(ROOT),
        "venv": ".venv",
    }
    (LAID_OUT / "pyrightconfig.json").write_text(json.dumps(settings, indent=2))
    pyright = Path(sys.executable).with_name("pyright")
    done = subprocess.run(
        [str(pyright), "--project", str(LAID_OUT), *arguments],
        capture_output=True,
        text=True,
        check=False,
    )
    report = done.stdout
    for installed, source in SOURCES.items():
        report = report.replace(str(LAID_OUT / installed), source)
    sys.stdout.write(report)
    sys.stderr.write(done.stderr)
    return done.returncode


def lay_out() -> None:
    """Copy the three trees together, as the wheel does."""
    shutil.rmtree(LAID_OUT, ignore_errors=True)
    ignore = shutil.ignore_patterns("__pycache__", "migration", "node_modules", "vendor")
    for installed in sorted(SOURCES, key=len):
        shutil.copytree(
            ROOT / SOURCES[installed], LAID_OUT / installed, ignore=ignore, dirs_exist_ok=True
        )
    # Some extensions' wheels bring this stub too; without it theirs would hide our folder.
    stub = ROOT / "ckanext-ontario" / "ckanext" / "__init__.py"
    shutil.copy(stub, LAID_OUT / "ckanext" / stub.name)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
