"""Plug-ins by which wikis show policy clauses, and how they come into a wiki's folder."""
