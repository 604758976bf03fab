"""From a clause to others: its equivalents, its policy's counterparts, what many policies say."""
