"""The prose and the examples of the OpenAPI document, a module for each topic."""
