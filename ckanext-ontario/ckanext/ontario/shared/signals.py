"""What slices tell each other without knowing each other."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk

records_hidden: Any = tk.signals.ckanext.signal("ontario_records_hidden")
"""Records were taken out of this portal, and what was copied of them must go; sent with ``ids``
after the commit. A listener that fails has the hiding tried again."""
