"""Inventories in the standard suite; what only they do is tested beside."""

from __future__ import annotations

from kits import InventoryKit
from standard import StandardHarvest, StandardReader


class TestStandard(StandardReader, StandardHarvest):
    kit = InventoryKit()
