"""A question in, ranked clauses out: the one search that the API, the command and `evaluate` use."""
