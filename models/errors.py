"""Errors of the models package.

ModelError
├── WeightsError          the embedded weights file is missing, damaged or another one
├── ModelNotFoundError    no such model folder, or the name is not on this machine
├── ModelFormatError      a model folder lacks a part, or names code that is not trusted
└── CacheError            the cache folder cannot be written
"""


class ModelError(Exception):
    """Base of every error that `models` raises on purpose."""


class WeightsError(ModelError):
    """The embedded weights file is missing, damaged, or not the one expected."""


class ModelNotFoundError(ModelError):
    """A model name or folder cannot be found (offline, only this machine is searched)."""


class ModelFormatError(ModelError):
    """A model folder exists but cannot be loaded as an encoder."""


class CacheError(ModelError):
    """The cache folder cannot be written or locked."""
