"""The base of a large index: made rarely, of all passages up to one key, for quick search."""
