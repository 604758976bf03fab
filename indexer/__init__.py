"""policy files → index directory: readers, outline, clauses, passages, vectors, store."""
