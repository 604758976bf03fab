"""The commands of `policy-search`, one module per subject."""
