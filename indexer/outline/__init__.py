"""From blocks to a clause tree: markers, table of contents, headings, levels, clauses."""
