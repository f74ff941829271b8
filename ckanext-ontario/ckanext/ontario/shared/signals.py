"""What slices tell each other without knowing each other."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk

records_hidden: Any = tk.signals.ckanext.signal("ontario_records_hidden")
"""Records were taken out of this portal, and what was copied of them must go; sent with ``ids``
and ``final`` (false when they may come back) after the commit. A listener that fails has the hiding
tried again."""

people_told: Any = tk.signals.ckanext.signal("ontario_people_told")
"""People are to be told of something by mail; sent inside the step's transaction, so that the mail
is written down with the step and goes out after its commit. With ``kind``, ``user_ids``,
``package_id``, ``key`` (which tells the event from others of its kind and record) and ``data``: ids
and what was written to the reader, nothing else."""

kind_released: Any = tk.signals.ckanext.signal("ontario_kind_released")
"""Something of a kind of its own (see ``release_kinds``) was approved inside and is to go out; sent
inside the step's transaction. With ``kind``, ``package_id``, ``sequence`` and ``content`` (JSON),
which together are what the public portal gets."""
