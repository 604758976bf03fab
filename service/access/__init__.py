"""Who may ask, and what they may see: keys, scopes, groups, rates."""
