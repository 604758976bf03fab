"""One bad file costs one file: whatever a reader does, the run goes on with the next."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import indexer.files
import indexer.parsing
from indexer.build import build_index
from indexer.errors import LimitError, PolicyFileError
from indexer.files import SourceFile
from indexer.limits import MIB, Limits
from indexer.parsing import PolicyParser
from indexer.records import PolicyVersion
from indexer.wire import ParsedBefore

CHILD = (str(Path(__file__).with_name("hostile_child.py")),)
LIMITS = Limits(max_seconds=60, max_memory=512 * MIB, max_characters=2_000_000, max_blocks=20_000)
HURRIED = replace(LIMITS, max_seconds=1.5)
Parse = Callable[[str], PolicyVersion]

on_linux = pytest.mark.skipif(sys.platform != "linux", reason="memory is bounded on Linux alone")
on_posix = pytest.mark.skipif(os.name != "posix", reason="signals are POSIX's")


@pytest.fixture
def limits() -> Limits:
    return LIMITS


@pytest.fixture
def parser(limits: Limits) -> Iterator[PolicyParser]:
    with PolicyParser(limits, CHILD) as parser:
        yield parser


@pytest.fixture
def parse(parser: PolicyParser, tmp_path: Path) -> Parse:
    """Parses a file whose reader does what it says."""

    def parse_(deed: str) -> PolicyVersion:
        path = tmp_path / "gifts.hostile"
        path.write_text(deed)
        return parser.parse(SourceFile(path, "gifts", path.name))

    return parse_


def process_id(parse: Parse) -> int:
    return int(parse("process id").clauses[0].text.split()[-1])


def is_running(number: int) -> bool:
    try:
        os.kill(number, 0)
    except ProcessLookupError:
        return False
    return True


@on_linux
@pytest.mark.parametrize(
    ("limits", "deed", "error", "message"),
    [
        (
            LIMITS,
            "allocate",
            LimitError,
            r"over the limit of 536,870,912 \(POLICY_SEARCH_MAX_MEMORY\)",
        ),
        (HURRIED, "sleep", LimitError, r"not read in time, .* \(POLICY_SEARCH_MAX_SECONDS\)"),
        (HURRIED, "loop", LimitError, r"not read in time, .* \(POLICY_SEARCH_MAX_SECONDS\)"),
        (LIMITS, "long", LimitError, r"2,500,\d+ characters, .* \(POLICY_SEARCH_MAX_CHARACTERS\)"),
        (
            LIMITS,
            "many",
            LimitError,
            r"60,000 paragraphs and rows, .*POLICY_SEARCH_MAX_BLOCKS",
        ),
        (LIMITS, "headings", LimitError, r"take [\d,]+ bytes, .* POLICY_SEARCH_MAX_CHARACTERS"),
        (LIMITS, "kill", LimitError, r"killed from outside .*POLICY_SEARCH_MAX_MEMORY"),
        (LIMITS, "recurse", PolicyFileError, "nested too deeply"),
        (LIMITS, "recurse in library", PolicyFileError, "nested too deeply"),
        (LIMITS, "exit", PolicyFileError, r"died \(exit code 3\)"),
        (LIMITS, "leave", PolicyFileError, r"internal error \(SystemExit"),
        (LIMITS, "raise", PolicyFileError, r"internal error \(KeyError"),
        (LIMITS, "segfault", PolicyFileError, r"died \(signal SIGSEGV\).*POLICY_SEARCH_MAX_MEMORY"),
        (LIMITS, "abort", PolicyFileError, r"died \(signal SIGABRT\)"),
        (LIMITS, "close", PolicyFileError, "died"),
        (LIMITS, "huge message", PolicyFileError, "answered out of turn"),
        (LIMITS, "another record", PolicyFileError, "answered out of turn"),
        (LIMITS, "another policy", PolicyFileError, "answered out of turn"),
        (LIMITS, "out of turn", PolicyFileError, "answered out of turn"),
    ],
)
def test_a_hostile_file_costs_itself_alone(
    parse: Parse, deed: str, error: type[Exception], message: str
) -> None:
    with pytest.raises(PolicyFileError, match=rf"gifts\.hostile: .*{message}") as caught:
        parse(deed)
    assert caught.type is error
    assert str(caught.value).isprintable()
    assert parse("Take no gifts.").clauses[-1].text == "1. Take no gifts."


def test_what_libraries_print_harms_nothing(
    parse: Parse, capfd: pytest.CaptureFixture[str]
) -> None:
    assert parse("print").clauses[0].text == "1. print"
    assert capfd.readouterr() == ("", "")


def test_one_child_parses_many_files_and_a_new_one_follows_an_error(parse: Parse) -> None:
    first = process_id(parse)
    assert process_id(parse) == first
    with pytest.raises(PolicyFileError):
        parse("raise")
    assert process_id(parse) != first


def test_child_is_replaced_after_many_files(parse: Parse, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(indexer.parsing, "_FILES_PER_CHILD", 2)
    first, second, third = (process_id(parse) for _ in range(3))
    assert first == second != third


@on_linux
def test_child_gets_no_secrets_and_no_files_of_ours(
    parse: Parse, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("POLICY_SEARCH_API_KEYS", "secret")
    with (tmp_path / "ours").open("w") as ours:
        os.set_inheritable(ours.fileno(), True)
        _, environment, files = (clause.text for clause in parse("environment").clauses)
    assert set(environment.split()[1:]) <= {
        "LC_CTYPE", "LD_LIBRARY_PATH", "PYTHONPATH", "PYTHONHASHSEED", "PYTHONHOME",
    }  # fmt: skip
    # Three that lead nowhere, two pipes, and the listing itself.
    assert files == "3. ['0', '1', '2', '3', '4', '5']"


def test_progress_of_a_long_file_is_told(parser: PolicyParser, tmp_path: Path) -> None:
    path = tmp_path / "gifts.hostile"
    path.write_text("pages")
    told: list[tuple[int, int]] = []
    parser.parse(SourceFile(path, "gifts", path.name), tell=lambda *pages: told.append(pages))
    assert told == [(1, 3), (2, 3), (3, 3)]


def test_child_and_this_process_parse_alike() -> None:
    samples = Path(indexer.files.__file__).parent / "samples"
    files = [SourceFile(path, path.stem, path.name) for path in sorted(samples.iterdir())]
    before = ParsedBefore("3", "")
    with PolicyParser() as parser, PolicyParser(always_apart=True) as apart:
        here = [parser.parse(file, before) for file in files]
        assert [apart.parse(file, before) for file in files] == here
    assert here


@on_posix
def test_child_ends_with_the_parser_and_with_an_interrupt(
    parser: PolicyParser, parse: Parse
) -> None:
    number = process_id(parse)
    parser.close()
    assert not is_running(number)

    def interrupt(*args: Any) -> None:
        raise KeyboardInterrupt

    number = process_id(parse)
    before = signal.signal(signal.SIGALRM, interrupt)
    try:
        signal.setitimer(signal.ITIMER_REAL, 0.3)
        with pytest.raises(KeyboardInterrupt):
            parse("sleep")
    finally:
        signal.signal(signal.SIGALRM, before)
    assert not is_running(number)


PARENT = """
import sys
from pathlib import Path
from indexer.files import SourceFile
from indexer.parsing import PolicyParser

file = SourceFile(Path(sys.argv[2]), "gifts", "gifts.hostile")
parser = PolicyParser(child=sys.argv[1:2])
print(parser.parse(file).clauses[0].text.split()[-1], flush=True)
file.path.write_text("sleep")
parser.parse(file)
"""


@on_posix
def test_child_ends_when_its_parent_is_killed(tmp_path: Path) -> None:
    path = tmp_path / "gifts.hostile"
    path.write_text("process id")
    root = Path(indexer.files.__file__).parents[1]
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT, *CHILD, str(path)], stdout=subprocess.PIPE, cwd=root
    )
    with parent:
        assert parent.stdout
        number = int(parent.stdout.readline())
        while path.read_text() != "sleep":
            time.sleep(0.02)
        time.sleep(0.2)
        assert is_running(number)
        parent.kill()
    deadline = time.monotonic() + 10
    while is_running(number):
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_build_goes_on_after_hostile_files(
    folder: Path, root: Path, encoder: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("sleep", "exit", "segfault", "raise", "Take no gifts."):
        (folder / f"a {name.lower()}.hostile").write_text(name)
    monkeypatch.setattr(
        indexer.files, "READABLE_SUFFIXES", indexer.files.READABLE_SUFFIXES | {".hostile"}
    )
    monkeypatch.setattr(PolicyParser.__init__, "__defaults__", (None, CHILD))
    report = build_index([folder], root, encoder, limits=HURRIED)
    assert sorted(report.added) == ["a-take-no-gifts", "leave", "privacy"]
    assert sorted(Path(file).name for file, _ in report.failed) == [
        "a exit.hostile", "a raise.hostile", "a segfault.hostile", "a sleep.hostile",
    ]  # fmt: skip
    assert report.published
    again = build_index([folder], root, encoder, limits=HURRIED)
    assert (sorted(again.unchanged), again.published) == (sorted(report.added), False)


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere names are text")
def test_file_name_that_is_no_text_is_reported(folder: Path, root: Path, encoder: Any) -> None:
    (folder / os.fsdecode(b"gift\xff.txt")).write_text("Gift Policy\n1. Take no gifts.\n")
    report = build_index([folder], root, encoder)
    ((file, reason),) = report.failed
    assert file.endswith("gift\ufffd.txt")
    assert "rename" in reason
    assert sorted(report.added) == ["leave", "privacy"]


def test_sparse_file_of_a_gigabyte_is_refused_unread(
    folder: Path, root: Path, encoder: Any
) -> None:
    path = folder / "huge.txt"
    with path.open("wb") as file:
        file.truncate(1024 * MIB)
    report = build_index([folder], root, encoder)
    ((_, reason),) = report.failed
    assert "1,073,741,824 bytes, over the limit of 67,108,864 (POLICY_SEARCH_MAX_BYTES)" in reason
    assert report.reading_seconds < 1


MB = 1_000_000
MONSTERS: dict[str, Callable[[], str]] = {
    "brackets.txt": lambda: "(" * (5 * MB),
    "decimals.txt": lambda: "1." * (5 * MB // 2),
    "units.txt": lambda: "第" * (5 * MB // 3),
    "spaces.txt": lambda: "a" + " " * (5 * MB) + "b",
    "blank-lines.txt": lambda: "a" + "\n" * (5 * MB) + "b",
    "marks.txt": lambda: "a" + "\u0301\u0323" * MB,
    "one-line.txt": lambda: "word " * (12 * MB),
    "short-lines.txt": lambda: "a\n" * MB,
    "headings.txt": lambda: "\n\n".join(f"Heading {n}" for n in range(200_000)),
    "headings.md": lambda: "\n\n".join(f"# Heading {n}" for n in range(200_000)),
    "numbers.txt": lambda: "\n".join(f"{n % 999 + 1}. Rule" for n in range(200_000)),
    "items-in-a-line.txt": lambda: "x " + "; (1) a" * 100_000,
    "quotes.md": lambda: ">" * 100_000,
    "spaced-quotes.md": lambda: "> " * 100_000,
    "links.md": lambda: "[" * 100_000,
    "stars.md": lambda: "*" * 100_000,
    "lists.md": lambda: "- " * 100_000,
    "tags.md": lambda: "<div>\n" + "<" * MB,
    "attributes.md": lambda: "a" + " " * MB + "{",
}


@pytest.mark.slow
@pytest.mark.parametrize("name", MONSTERS)
def test_monstrous_text_takes_bounded_time(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_text(MONSTERS[name](), encoding="utf-8")
    limits = Limits(max_seconds=4, max_memory=1024 * MIB)
    started = time.monotonic()
    with PolicyParser(limits) as parser:
        try:
            policy = parser.parse(SourceFile(path, "monster", name))
        except LimitError as error:
            assert "POLICY_SEARCH_MAX_" in str(error)  # noqa: PT017
        else:
            assert policy.clauses[-1].end == len(policy.source)
    assert time.monotonic() - started < 20


@pytest.mark.slow
@pytest.mark.parametrize(
    "name",
    ["brackets.txt", "decimals.txt", "units.txt", "marks.txt", "lists.md", "quotes.md", "tags.md"],
)
def test_monstrous_text_that_reads_in_linear_time_is_parsed(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_text(MONSTERS[name](), encoding="utf-8")
    with PolicyParser(Limits(max_seconds=60)) as parser:
        assert parser.parse(SourceFile(path, "monster", name)).clauses
