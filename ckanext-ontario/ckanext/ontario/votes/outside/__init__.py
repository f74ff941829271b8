"""Pages of the public portal: the button, the ranking, suggestions."""
