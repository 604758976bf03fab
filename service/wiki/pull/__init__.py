"""Pages of a wiki as policies: which pages, how they are read, and what changes in an index."""
