"""What clauses say of other clauses: places cited, terms defined."""
