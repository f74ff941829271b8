"""Pages on which people find and read records: search, dataset, resource, inventory, feeds."""
