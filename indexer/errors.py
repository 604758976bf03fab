"""What can go wrong between a policy file and a published index.

    IndexerError
    ├── PolicyFileError          one file cannot be read; the run goes on and reports it
    │   └── LimitError           it is larger, deeper or slower than a limit allows
    ├── NoPoliciesError          the given paths hold nothing that can be indexed
    ├── IndexMissingError        there is no index where one was expected
    ├── IndexDamagedError        the directory's parts do not fit together
    │   ├── IndexFormatError     it was written by another version of this code
    │   └── GenerationGoneError  a reader held on to a generation for too long
    ├── EncoderMismatchError     the index was built with another encoder
    ├── IndexLockedError         another process is writing
    └── DeadlinePassedError      the caller's own deadline passed before all was looked up

Every message names the thing, what was found and what to do.
"""

from __future__ import annotations


class IndexerError(Exception):
    """Base of the package's errors."""


class PolicyFileError(IndexerError):
    """A policy file cannot be read; it is named in the build's report and stops nothing."""


class LimitError(PolicyFileError):
    """A policy file exceeds a limit; the message names the limit and its setting."""


class NoPoliciesError(IndexerError):
    """The given paths hold no file that can be indexed."""


class IndexMissingError(IndexerError):
    """There is no published index in the directory."""


class IndexDamagedError(IndexerError):
    """The index directory is incomplete or from an unknown format."""


class IndexFormatError(IndexDamagedError):
    """The index directory has a format that this version does not read."""


class GenerationGoneError(IndexDamagedError):
    """The rows of an old generation were removed; a refresh opens the current one."""


class EncoderMismatchError(IndexerError):
    """The index was built with another encoder than the one loaded."""


class IndexLockedError(IndexerError):
    """Another process is writing to the index directory."""


class DeadlinePassedError(IndexerError):
    """The caller's own deadline passed before all was looked up."""
