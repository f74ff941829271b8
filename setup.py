"""Packaging: three source trees are mounted into one namespace package.

``ckanext-ontario/`` is the package root; ``harvesters/`` and ``schemas/`` are mounted as
``ckanext.ontario.harvesters`` and ``ckanext.ontario.schemas``. Everything else about the
distribution is metadata and lives in ``pyproject.toml``. Why it is done this way:
``docs/adr/0002-packaging.md``.
"""

from __future__ import annotations

from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from setuptools import find_namespace_packages, setup
from setuptools.command.build_py import build_py

HERE = Path(__file__).parent
ROOT = "ckanext-ontario"
MOUNTS = {
    "ckanext.ontario.config": "config",
    "ckanext.ontario.harvesters": "harvesters",
    "ckanext.ontario.schemas": "schemas",
}


def _packages(prefix: str, folder: str) -> list[str]:
    found = find_namespace_packages(folder, exclude=["*__pycache__*"])
    return [prefix, *(f"{prefix}.{name}" for name in found)]


class BuildWithCatalogues(build_py):
    """Compile the message catalogues first: gettext reads ``.mo``, git keeps ``.po``."""

    def run(self) -> None:
        """Compile each ``.po`` beside itself, then copy as usual."""
        for po in sorted((HERE / ROOT).glob("ckanext/ontario/i18n/*/LC_MESSAGES/*.po")):
            with po.open("rb") as source, po.with_suffix(".mo").open("wb") as target:
                write_mo(target, read_po(source, locale=po.parts[-3]))
        super().run()


setup(
    package_dir={"": ROOT, **MOUNTS},
    packages=[
        *find_namespace_packages(ROOT, include=["ckanext", "ckanext.*"], exclude=["*__pycache__*"]),
        *(name for mount, folder in MOUNTS.items() for name in _packages(mount, folder)),
    ],
    # A PEP 420 namespace alone breaks beside an editable CKAN (docs/adr/0002-packaging.md).
    namespace_packages=["ckanext"],
    include_package_data=True,
    cmdclass={"build_py": BuildWithCatalogues},
)
