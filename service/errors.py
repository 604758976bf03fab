"""What can go wrong between a request and its answer.

    ServiceError
    ├── SettingsError              a setting has a value that cannot be used
    ├── QueryError                 a search that cannot be run as asked          422
    │   ├── QueryEmptyError        no words in the query
    │   ├── QueryTooLongError      more characters than allowed
    │   ├── OutOfRangeError        limit or offset beyond its bounds
    │   ├── UnknownPolicyError     a filter names a policy that is not indexed
    │   ├── LanguageCodeError      a filter's language is no language code
    │   ├── CitationEmptyError     a citation without a letter or a number
    │   ├── UploadInvalidError     a body that cannot be a policy
    │   ├── PolicyIdError          an id that no policy can have
    │   ├── PolicyUnreadableError  a file that the readers refuse
    │   ├── UnknownTopicError      a filter names a topic that is not in the list
    │   ├── ComparisonError        neither a question nor a clause to compare by, or both
    │   └── AlignmentTooLargeError a policy with too many clauses to be aligned
    ├── NotFoundError              the thing asked for is not in the index       404
    │   ├── PolicyNotFoundError
    │   ├── ClauseNotFoundError
    │   ├── VersionNotFoundError
    │   └── TaskNotFoundError
    ├── PreconditionFailedError    the policy has changed since the client read it  412
    ├── AccessError                who asks may not, or not so often
    │   ├── KeyMissingError        no key was sent                               401
    │   ├── KeyInvalidError        unknown, expired or revoked: not told which   401
    │   ├── KeyAmbiguousError      two different keys were sent                  401
    │   ├── ScopeMissingError      the key is good, but not for this             403
    │   ├── ForeignOriginError     another site's page sent a form of ours       403
    │   └── RateLimitedError       too many requests                             429
    ├── KeyFileError               the file of keys, or a key that is to be made 503
    ├── AnswerTimeoutError         no answer could be given in the time allowed    503
    ├── NotReadyError              the encoder or the index is not open yet      503
    │   └── ShuttingDownError      it was, and the service is about to end
    ├── EvaluationError            evaluation data that cannot be read or matched
    ├── BenchError                 a server that is to be measured, or what it is asked
    ├── TopicsError                the file of topics cannot be used
    ├── WikiFolderError            a folder that no plug-in can be put into or taken out of
    └── WikiError                  a wiki cannot be asked, or answers otherwise than one does
        └── WikiPageError          one of its pages cannot be read; the others can

Each message says what was found, what was expected and what to do. `fault_of` says how any error,
also those of `indexer` and `models`, looks over HTTP; `service.problems` writes it as JSON.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from indexer.errors import (
    EncoderMismatchError,
    IndexDamagedError,
    IndexerError,
    IndexLockedError,
    IndexMissingError,
)
from models.errors import ModelError


class ServiceError(Exception):
    """Base of the package's errors. `status`, `code` and `title` are its face over HTTP."""

    status: ClassVar[int] = 500
    code: ClassVar[str] = "internal-error"
    title: ClassVar[str] = "Internal error"


class SettingsError(ServiceError):
    """A setting has a value that cannot be used."""

    code = "settings-invalid"
    title = "A setting cannot be used"


class QueryError(ServiceError):
    """A search that cannot be run as asked; `field` is the part of the request at fault."""

    status = 422
    code = "query-invalid"
    title = "The search cannot be run as asked"

    def __init__(self, message: str, *, field: str = "q") -> None:
        super().__init__(message)
        self.field = field


class QueryEmptyError(QueryError):
    """The query holds nothing but white space."""

    code = "query-empty"
    title = "The query is empty"

    def __init__(self) -> None:
        super().__init__("The query holds no text: ask a question or give a few words.")


class QueryTooLongError(QueryError):
    """The query has more characters than the service accepts."""

    code = "query-too-long"
    title = "The query is too long"

    def __init__(self, length: int, maximum: int, field: str = "q") -> None:
        super().__init__(
            f"The query has {length} characters; at most {maximum} are accepted. "
            "Ask in fewer words (an operator can raise POLICY_SEARCH_MAX_QUERY_CHARS).",
            field=field,
        )
        self.length = length
        self.maximum = maximum


class OutOfRangeError(QueryError):
    """`limit` or `offset` lies outside its bounds."""

    code = "out-of-range"
    title = "A number is out of range"

    def __init__(self, field: str, value: int, least: int, most: int) -> None:
        super().__init__(
            f"{field} is {value}; it must lie between {least} and {most}.", field=field
        )


class UnknownPolicyError(QueryError):
    """A filter names policies that are not indexed: most likely a misspelling."""

    code = "unknown-policy"
    title = "A filter names an unknown policy"

    def __init__(self, policy_ids: tuple[str, ...]) -> None:
        names = ", ".join(repr(policy_id) for policy_id in policy_ids)
        super().__init__(
            f"No policy has the id {names}. GET /v1/policies lists the ids.",
            field="filter.policy_id",
        )
        self.policy_ids = policy_ids


class LanguageCodeError(QueryError):
    """A filter's language is not a two- or three-letter code."""

    code = "language-code-invalid"
    title = "A filter's language is no language code"

    def __init__(self, value: str) -> None:
        super().__init__(
            f"{value!r} is not a language code: write 'en' for English, 'zh' for Chinese.",
            field="filter.lang",
        )


class NotFoundError(ServiceError):
    """The thing asked for is not in the index."""

    status = 404
    code = "not-found"
    title = "Not found"


class PolicyNotFoundError(NotFoundError):
    """No indexed policy has this id."""

    code = "policy-not-found"
    title = "There is no such policy"

    def __init__(self, policy_id: str) -> None:
        super().__init__(
            f"No policy has the id {policy_id!r}. GET /v1/policies lists the ids; "
            "a policy that was added to the files needs `policy-search index`."
        )


class ClauseNotFoundError(NotFoundError):
    """No clause of the current index has this id."""

    code = "clause-not-found"
    title = "There is no such clause"

    def __init__(self, clause_id: str) -> None:
        super().__init__(
            f"No clause has the id {clause_id!r}. An id is policy@version#path, sent with '#' as "
            "%23; it changes with the policy's version. GET /v1/policies/{policy_id}/clauses "
            "lists a policy's clauses."
        )


class AccessError(ServiceError):
    """Who asks may not, or not so often. `headers` go with the answer."""

    status = 401

    def headers(self) -> dict[str, str]:
        """Headers of the answer: how to authenticate."""
        return {"WWW-Authenticate": 'Bearer realm="policy-search"'}


class KeyMissingError(AccessError):
    """No key was sent where one is needed."""

    code = "key-missing"
    title = "A key is needed"

    def __init__(self) -> None:
        super().__init__(
            "This needs a key: send it as `Authorization: Bearer KEY` or `X-API-Key: KEY`. "
            "An operator makes one with `policy-search keys create`."
        )


class KeyInvalidError(AccessError):
    """The key is unknown, expired or revoked; the answer does not tell which."""

    code = "key-invalid"
    title = "The key is not valid"

    def __init__(self) -> None:
        super().__init__(
            "The key is unknown, has expired or was revoked. Check that it was sent whole; "
            "an operator makes a new one with `policy-search keys create`."
        )


class KeyAmbiguousError(AccessError):
    """Two different keys were sent."""

    code = "key-ambiguous"
    title = "Two different keys were sent"

    def __init__(self) -> None:
        super().__init__("The headers hold two different keys: send one of them.")


class ScopeMissingError(AccessError):
    """The key is good, but not for what was asked. `scopes`: any of them would do."""

    status = 403
    code = "scope-missing"
    title = "The key does not allow this"

    def __init__(self, scopes: tuple[str, ...], found: tuple[str, ...]) -> None:
        super().__init__(
            f"This needs a key with the scope {' or '.join(map(repr, scopes))}; "
            f"the one that was sent has {', '.join(map(repr, found)) or 'none'}."
        )
        self.scopes = scopes

    def headers(self) -> dict[str, str]:
        """Headers of the answer: the scope that would do (RFC 6750)."""
        scope = " ".join(self.scopes)
        value = f'Bearer realm="policy-search", error="insufficient_scope", scope="{scope}"'
        return {"WWW-Authenticate": value}


class ForeignOriginError(AccessError):
    """A form of these pages was sent by another site's page, or by no page at all."""

    status = 403
    code = "foreign-origin"
    title = "This form was not sent from here"

    def __init__(self) -> None:
        super().__init__(
            "Signing in and out is done by the forms of these pages: open /sign-in. A program "
            "sends its key as `Authorization: Bearer KEY`."
        )

    def headers(self) -> dict[str, str]:
        """No header of the answer helps."""
        return {}


class RateLimitedError(AccessError):
    """More requests than a key or an address may make. `retry_after` in whole seconds.

    `limit`: `key`, `address`, or `failures` (of keys).
    """

    status = 429
    code = "rate-limited"
    title = "Too many requests"

    def __init__(self, who: str, rate: str, retry_after: int, limit: str) -> None:
        super().__init__(f"{who} may make {rate}. Try again in {retry_after} s.")
        self.limit = limit
        self.retry_after = retry_after

    def headers(self) -> dict[str, str]:
        """Headers of the answer: when to try again."""
        return {"Retry-After": str(self.retry_after)}


class KeyFileError(ServiceError):
    """The file of keys cannot be used, or a key cannot be made as asked.

    Over HTTP it tells nothing of the file: the log does.
    """

    status = 503
    code = "keys-unavailable"
    title = "The keys cannot be checked"


class VersionNotFoundError(NotFoundError):
    """A policy has no kept version of this name."""

    code = "version-not-found"
    title = "There is no such version"

    def __init__(self, policy_id: str, version: str, known: list[str]) -> None:
        super().__init__(
            f"{policy_id} has no version {version!r}; it has {', '.join(map(repr, known))}."
        )


class TaskNotFoundError(NotFoundError):
    """No task has this id, or it was another key's."""

    code = "task-not-found"
    title = "There is no such task"

    def __init__(self, task_id: str) -> None:
        super().__init__(
            f"No task has the id {task_id!r}. Tasks are forgotten when the service ends, and the "
            "oldest when there are many."
        )


class UploadInvalidError(QueryError):
    """What was sent to be stored cannot be a policy."""

    code = "upload-invalid"
    title = "This cannot be stored as a policy"

    def __init__(self, message: str, field: str) -> None:
        super().__init__(message[:1].upper() + message[1:] + ".", field=field)


class PolicyIdError(QueryError):
    """An id that no policy can have."""

    code = "policy-id-invalid"
    title = "This is no id of a policy"

    def __init__(self, message: str, field: str = "policy_id") -> None:
        super().__init__(message, field=field)


class PolicyUnreadableError(QueryError):
    """A file that the readers refuse, or that is over a limit."""

    code = "policy-unreadable"
    title = "The policy cannot be read"

    def __init__(self, message: str) -> None:
        super().__init__(message, field="")


class PreconditionFailedError(ServiceError):
    """The policy is not in the state that the client expected."""

    status = 412
    code = "precondition-failed"
    title = "The policy has changed"

    def __init__(self, policy_id: str) -> None:
        super().__init__(
            f"The policy {policy_id} is not as the request expects it (If-Match or If-None-Match): "
            "read it again, and repeat the change with its ETag."
        )


class NotReadyError(ServiceError):
    """The encoder or the index is not open yet."""

    status = 503
    code = "not-ready"
    title = "The service is not ready"


class AnswerTimeoutError(ServiceError):
    """Nothing could be answered in the time that the request allowed."""

    status = 503
    code = "timeout"
    title = "The answer took too long"

    def __init__(self) -> None:
        super().__init__(
            "No answer was found within the request's timeout_ms. Try again, allow more, or ask "
            "for less."
        )


class ShuttingDownError(NotReadyError):
    """The service was told to end: it finishes what it does, and wants no further requests."""

    code = "shutting-down"
    title = "The service is shutting down"


class EvaluationError(ServiceError):
    """Evaluation data that cannot be read, or does not fit the policies; only on the command."""

    code = "evaluation-invalid"
    title = "The evaluation cannot be run"


class WikiFolderError(ServiceError):
    """A folder that a plug-in cannot be put into or taken out of; only on the command."""

    code = "wiki-folder-unusable"
    title = "The folder is no wiki, or cannot be written"


class CitationEmptyError(QueryError):
    """A citation holds no letter and no number."""

    code = "citation-empty"
    title = "The citation is empty"

    def __init__(self) -> None:
        super().__init__(
            "The citation names nothing: give a policy and a place in it, such as "
            "'Leave Policy §3.2' or '《休假制度》三（二）'.",
            field="citation",
        )


class AlignmentTooLargeError(QueryError):
    """A policy has more clauses than are aligned in one answer."""

    code = "alignment-too-large"
    title = "The policy is too large to be aligned"

    def __init__(self, policy_id: str, count: int, most: int, *, field: str) -> None:
        super().__init__(
            f"{policy_id} has {count} clauses; policies of up to {most} are aligned. Align its "
            "parts as policies of their own.",
            field=field,
        )


@dataclass(frozen=True, slots=True)
class Fault:
    """An error as HTTP shows it. `field`: the part of the request at fault, dotted."""

    status: int
    code: str
    title: str
    detail: str
    field: str | None = None


_UNAVAILABLE: tuple[tuple[type[Exception], str, str], ...] = (
    (IndexMissingError, "index-missing", "There is no index"),
    (IndexDamagedError, "index-damaged", "The index is damaged"),
    (EncoderMismatchError, "encoder-mismatch", "The index was built with another encoder"),
    (IndexLockedError, "index-locked", "The index is being written"),
    (IndexerError, "index-error", "The index cannot be used"),
    (ModelError, "model-error", "The encoder cannot be used"),
)


_TOLD = (
    QueryError,
    NotFoundError,
    AccessError,
    AnswerTimeoutError,
    NotReadyError,
    PreconditionFailedError,
)
"""What HTTP shows as it is."""


def fault_of(error: Exception) -> Fault:
    """How an error looks over HTTP. An unforeseen one tells nothing of what is inside it."""
    if isinstance(error, KeyFileError):
        detail = "Keys cannot be checked now, so nobody is let in. The service's log tells why."
        return Fault(error.status, error.code, error.title, detail)
    if isinstance(error, TopicsError):
        detail = "The file of topics cannot be used. The service's log tells why."
        return Fault(error.status, error.code, error.title, detail)
    if isinstance(error, _TOLD):
        field = error.field if isinstance(error, QueryError) else None
        return Fault(error.status, error.code, error.title, str(error), field)
    for kind, code, title in _UNAVAILABLE:
        if isinstance(error, kind):
            return Fault(503, code, title, str(error))
    return Fault(
        500,
        ServiceError.code,
        ServiceError.title,
        "Something went wrong inside the service. Its log tells more under this request_id.",
    )


class UnknownTopicError(QueryError):
    """A filter names topics that are not in the list: most likely a misspelling."""

    code = "unknown-topic"
    title = "A filter names an unknown topic"

    def __init__(self, unknown: tuple[str, ...], known: tuple[str, ...]) -> None:
        names = ", ".join(repr(name) for name in unknown)
        super().__init__(f"No topic has the id {names}; known: {', '.join(known)}.", field="topic")


class ComparisonError(QueryError):
    """There is no one thing to compare policies by."""

    code = "comparison-invalid"
    title = "A comparison needs a question or a clause"

    def __init__(self) -> None:
        super().__init__("Give either a question (`q`) or a clause (`clause_id`), not both.")


class TopicsError(ServiceError):
    """The file of topics cannot be used; POLICY_SEARCH_TOPICS names it."""

    status = 503
    code = "topics-invalid"
    title = "The topics cannot be read"


class WikiError(ServiceError):
    """A wiki that cannot be asked, or does not answer as one does; only on the command."""

    code = "wiki-unusable"
    title = "The wiki cannot be read"


class WikiPageError(WikiError):
    """One page of a wiki cannot be read now; that says nothing of whether it is still there."""


class BenchError(ServiceError):
    """What is to be measured does not start, answer, or fit; only on the command."""

    code = "bench-failed"
    title = "The benchmark cannot be run"
