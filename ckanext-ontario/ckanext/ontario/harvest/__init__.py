"""Harvesting ministry inventories: sources, planning, batches, reports (internal portal)."""
