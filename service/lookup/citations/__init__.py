"""From a citation to the clauses that it names."""
