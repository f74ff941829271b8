"""Places by which people find their way on a map of Ontario.

Pure: imports neither CKAN nor SQLAlchemy.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Town:
    """A town, in degrees; its French name where that is another."""

    english: str
    latitude: float
    longitude: float
    french_name: str = ""

    @property
    def french(self) -> str:
        """Return its name in French."""
        return self.french_name or self.english


TOWNS = (
    Town("Toronto", 43.65, -79.38),
    Town("Ottawa", 45.42, -75.70),
    Town("Thunder Bay", 48.38, -89.25),
    Town("Sudbury", 46.49, -81.00),
    Town("London", 42.98, -81.25),
    Town("Windsor", 42.31, -83.04),
    Town("Kingston", 44.23, -76.49),
    Town("Sault Ste. Marie", 46.52, -84.35, "Sault-Sainte-Marie"),
    Town("Timmins", 48.48, -81.33),
    Town("Kenora", 49.77, -94.49),
    Town("Moosonee", 51.28, -80.64),
    Town("Hamilton", 43.26, -79.87),
    Town("North Bay", 46.31, -79.46),
    Town("Barrie", 44.39, -79.69),
    Town("Peterborough", 44.30, -78.32),
    Town("Sioux Lookout", 50.10, -91.92),
    Town("Fort Severn", 55.99, -87.63),
    Town("Kitchener", 43.45, -80.49),
    Town("Owen Sound", 44.57, -80.94),
    Town("Cornwall", 45.02, -74.73),
    Town("Pembroke", 45.83, -77.11),
    Town("Sarnia", 42.97, -82.40),
    Town("St. Catharines", 43.16, -79.24),
    Town("Fort Frances", 48.61, -93.39),
    Town("Kapuskasing", 49.42, -82.43),
    Town("Pickle Lake", 51.47, -90.19),
    Town("Huntsville", 45.33, -79.22),
    Town("Belleville", 44.16, -77.38),
    Town("Oshawa", 43.90, -78.86),
    Town("Guelph", 43.55, -80.25),
    Town("Marathon", 48.72, -86.38),
)
"""Those that are named first come first."""
