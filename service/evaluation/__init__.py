"""Measuring answers: BEIR-layout tasks and question files, through the service's own search."""
