"""The forms in which ministries describe records, and ways to change many (internal portal)."""
