"""Front-end packages: fetched by npm from the lock, checked by hash, put in place whole."""

from __future__ import annotations

import base64
import hashlib
import json
import tarfile
from io import BytesIO
from pathlib import Path

import pytest

from ckanext.ontario.stack import assets
from ckanext.ontario.stack.errors import StackError, Tampered

PACKAGE = assets.PACKAGES["ontario-design-system"]


def lock(folder: Path, archive: Path, integrity: str) -> Path:
    """A package and lock file that name an archive on this disk: npm needs no network for it."""
    folder.mkdir(exist_ok=True)
    where = f"file:{archive}"
    top = {"name": "test", "version": "1.0.0", "dependencies": {PACKAGE: where}}
    (folder / "package.json").write_text(json.dumps(top))
    entry = {"version": "4.2.0", "resolved": where, "integrity": integrity}
    packages = {"": top, f"node_modules/{PACKAGE}": entry}
    (folder / "package-lock.json").write_text(
        json.dumps({**top, "lockfileVersion": 3, "requires": True, "packages": packages})
    )
    return folder


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    path = tmp_path / "package.tgz"
    files = {
        "package/package.json": json.dumps({"name": PACKAGE, "version": "4.2.0"}),
        "package/LICENSE": "Apache-2.0",
        "package/dist/styles/theme.css": "body {}",
    }
    with tarfile.open(path, "w:gz") as packed:
        for name, text in files.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(text)
            packed.addfile(entry, BytesIO(text.encode()))
    return path


@pytest.fixture
def locked(tmp_path: Path, archive: Path) -> Path:
    digest = base64.b64encode(hashlib.sha512(archive.read_bytes()).digest()).decode()
    return lock(tmp_path / "locked", archive, f"sha512-{digest}")


def test_they_are_fetched_once_with_their_licence(tmp_path: Path, locked: Path) -> None:
    vendor = tmp_path / "public" / "vendor"
    assert assets.ensure_assets(vendor, locked)
    assert (vendor / "ontario-design-system" / "styles" / "theme.css").read_text() == "body {}"
    assert (vendor / "ontario-design-system" / "LICENSE").exists()
    assert not assets.ensure_assets(vendor, locked)
    assert [path.name for path in vendor.parent.iterdir()] == ["vendor"]


@pytest.mark.parametrize("damage", ["changed", "removed", "added"])
def test_what_was_tampered_with_is_fetched_again(tmp_path: Path, locked: Path, damage: str) -> None:
    vendor = tmp_path / "public" / "vendor"
    assets.ensure_assets(vendor, locked)
    sheet = vendor / "ontario-design-system" / "styles" / "theme.css"
    if damage == "changed":
        sheet.write_text("body { display: none }")
    elif damage == "removed":
        sheet.unlink()
    else:
        sheet.with_name("more.css").write_text("")
    assert assets.ensure_assets(vendor, locked)
    assert sheet.read_text() == "body {}"
    assert not sheet.with_name("more.css").exists()


def test_a_package_that_is_not_the_locked_one_is_refused(tmp_path: Path, archive: Path) -> None:
    digest = base64.b64encode(hashlib.sha512(b"another").digest()).decode()
    locked = lock(tmp_path / "locked", archive, f"sha512-{digest}")
    vendor = tmp_path / "public" / "vendor"
    with pytest.raises((StackError, Tampered), match="front-end packages could not be fetched"):
        assets.ensure_assets(vendor, locked)
    assert list(vendor.parent.iterdir()) == []


def test_the_projects_own_lock_pins_by_hash_and_names_no_address() -> None:
    lock_file = (assets.LOCKED / "package-lock.json").read_text(encoding="utf-8")
    packages = json.loads(lock_file)["packages"]
    fetched = {name: entry for name, entry in packages.items() if name}
    assert {f"node_modules/{package}" for package in assets.PACKAGES.values()} == set(fetched)
    assert all(entry["integrity"].startswith("sha512-") for entry in fetched.values())
    assert "://" not in lock_file
