"""Actions of CKAN and its plugins that this slice stands in front of."""
