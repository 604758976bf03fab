"""What changed from one version of a policy to the next, clause by clause."""
