"""Words: what the keyword leg of the search compares."""
