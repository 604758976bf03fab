"""Which clause of one policy says what which clause of another says."""
