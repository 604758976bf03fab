"""The channel to the parsing process: bounded, typed, and nothing but data."""

from __future__ import annotations

import io
import json
import pickle
from datetime import date
from typing import Any

import pytest

from indexer import wire
from indexer.errors import LimitError, PolicyFileError
from indexer.limits import Limits
from indexer.records import Clause, Metadata, PolicyVersion, Properties, Remark

CLAUSE = Clause(
    "p@1#1", "p", "1", 0, None, ("一",), None, ("假期", "a\n\"b\""), "《P》一", "zh", "休假。", 0, 3
)  # fmt: skip
POLICY = PolicyVersion(
    policy_id="p",
    version="1",
    metadata=Metadata("P", "zh", date(2025, 3, 1), None, "B"),
    source="休假。\U0001f3d6",
    source_path="/p.txt",
    format="text",
    content_sha256="00",
    clauses=(CLAUSE, CLAUSE),
    remarks=(Remark("empty-page", "page 3 holds no text", 7),),
)


@pytest.mark.parametrize(
    "record",
    [
        POLICY,
        Limits(max_seconds=2.5),
        Limits(max_seconds=3),
        Properties(effective_date=date(2025, 1, 1)),
        wire.Request("/p.txt", "p", "p.txt", wire.ParsedBefore("1", "00")),
        wire.Request("/p.txt", "p", "p.txt", None),
        wire.Failure("limit", "too long"),
    ],
)
def test_records_arrive_as_they_were_sent(record: Any) -> None:
    assert wire.decode(type(record), wire.encode(record)) == record


def test_batches_of_clauses_arrive() -> None:
    assert wire.decode(tuple[Clause, ...], wire.encode((CLAUSE, CLAUSE))) == (CLAUSE, CLAUSE)
    assert wire.decode(tuple[Clause, ...], b"[]") == ()


def test_half_a_character_is_sent_as_one_question_mark() -> None:
    failure = wire.Failure("policy", "a\ud800b")
    assert wire.decode(wire.Failure, wire.encode(failure)).message == "a?b"


@pytest.mark.parametrize(
    "payload",
    [
        b"",
        b"{}",
        b"[]",
        b"null",
        b'["limit"]',
        b'["limit", "m", "t", "more"]',
        b'["limit", 3, "t"]',
        b'["limit", null, "t"]',
        b'["limit", ["m"], "t"]',
        b'["other", "m", "t"]',
        b'[{}, "m", "t"]',
        b'["limit", "m", "\xff"]',
        b"[" * 100_000,
        b"9" * 100_000,
        pickle.dumps("limit"),
    ],
)
def test_anything_but_the_expected_record_is_refused(payload: bytes) -> None:
    with pytest.raises(wire.WireError):
        wire.decode(wire.Failure, payload)


@pytest.mark.parametrize(
    ("type_", "value"),
    [
        (Metadata, ["P", "zh", "1 March", None, None, None, None]),
        (Metadata, ["P", "zh", 20250301, None, None, None, None]),
        (Limits, [True, *[1] * 8]),
        (Limits, [1.5, *[1] * 8]),
        (tuple[int, ...], [1, "2"]),
        (tuple[int, ...], [1, True]),
    ],
)
def test_a_value_of_another_type_is_refused(type_: Any, value: Any) -> None:
    with pytest.raises(wire.WireError):
        wire.decode(type_, json.dumps(value).encode())


def test_messages_arrive_in_order() -> None:
    pipe = io.BytesIO()
    wire.write_message(pipe, wire.DATA, b"\x00\xff")
    wire.write_message(pipe, wire.DONE)
    pipe.seek(0)
    longest = {wire.DATA: 2, wire.DONE: 0}
    assert wire.read_message(pipe, longest) == (wire.DATA, b"\x00\xff")
    assert wire.read_message(pipe, longest) == (wire.DONE, b"")
    assert wire.read_message(pipe, longest) is None


@pytest.mark.parametrize("longest", [{}, {wire.DATA: 2}, {wire.DONE: 100}])
def test_a_message_that_is_too_long_or_out_of_turn_is_refused_unread(
    longest: dict[bytes, int],
) -> None:
    pipe = io.BytesIO()
    wire.write_message(pipe, wire.DATA, b"abc")
    pipe.seek(0)
    with pytest.raises(wire.WireError, match="3 bytes"):
        wire.read_message(pipe, longest)
    assert pipe.read() == b"abc"


@pytest.mark.parametrize("kept", range(12))
def test_a_message_cut_short_is_the_end(kept: int) -> None:
    pipe = io.BytesIO()
    wire.write_message(pipe, wire.DATA, b"abc")
    cut = io.BytesIO(pipe.getvalue()[:kept])
    assert wire.read_message(cut, {wire.DATA: 3}) is None


@pytest.mark.parametrize(
    ("error", "failure"),
    [
        (PolicyFileError("no text"), wire.Failure("policy", "no text")),
        (LimitError("too long"), wire.Failure("limit", "too long")),
        (MemoryError(), wire.Failure("memory", "")),
    ],
)
def test_errors_keep_their_kind_and_words(error: Exception, failure: wire.Failure) -> None:
    assert wire.failure_of(error) == failure


def test_any_other_error_is_internal_and_brings_its_traceback() -> None:
    try:
        _ = {}["key" * 100_000]
    except KeyError as error:
        failure = wire.failure_of(error)
    assert failure.kind == "internal"
    assert failure.message.startswith("KeyError: 'keykey")
    assert len(failure.message) == len(failure.trace) == wire.LONGEST_TEXT
