"""From a ministry's draft to the public, through frozen and approved releases.

``workflow/`` is the internal side: states, roles, releases. ``transfer/`` is what goes between the
portals: files, the outbox, pushing, receiving, reconciling. ``pages/`` is what people see of it.
"""
