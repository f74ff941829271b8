"""Ontario's open government catalogue: a suite of CKAN plugins (see docs/explanation)."""
