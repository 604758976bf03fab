"""The pages for people: rendered here, with small scripts that only make them quicker."""
