"""Which policies speak of which topics, with the clauses that do."""
