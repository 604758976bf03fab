"""What browsers are given: the search component, a page to frame it in, and OpenSearch."""
