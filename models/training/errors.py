"""Errors of training.

TrainingError: anything that stops a run, said so that a person can act on it.
"""


class TrainingError(Exception):
    """A training run cannot go on."""
