"""A question in, ranked clauses out: one search for the API, the command and `evaluate`."""
