"""Processes that are measured and ended whole, and what they are asked."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from service.bench.processes import PROC, Member, _member, end, started, tree, usage, wait_until
from service.bench.questions import mixed, read_questions, search_target
from service.commands.bench import parse_clients
from service.errors import BenchError

needs_proc = pytest.mark.skipif(not (PROC / "self" / "stat").exists(), reason="no /proc here")

# A parent whose child burns a fifth of a second, takes 40 MB, says so, and sleeps; both ignore a
# polite end where told to.
FAMILY = """
import signal, subprocess, sys, time
deaf = sys.argv[1] == "deaf"
child = '''
import signal, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
kept = bytearray(40_000_000)
while time.process_time() < 0.2: pass
print("ready", flush=True)
time.sleep(60)
'''
if deaf: signal.signal(signal.SIGTERM, signal.SIG_IGN)
subprocess.Popen([sys.executable, "-c", child])
time.sleep(60)
"""


def family(log: Path, how: str = "polite") -> list[str]:
    return [sys.executable, "-c", FAMILY, how]


def until_ready(log: Path) -> None:
    for _ in range(2000):
        if log.exists() and "ready" in log.read_text():
            return
        time.sleep(0.01)
    pytest.fail("the child did not start")


@needs_proc
def test_a_process_is_measured_with_what_it_started(tmp_path: Path) -> None:
    log = tmp_path / "log"
    with started(family(log), log) as process:
        until_ready(log)
        found = usage(process.pid)
    assert found is not None
    assert found.processes == 2
    assert found.cpu_seconds >= 0.2
    assert found.peak_bytes > 40_000_000


@needs_proc
def test_nothing_is_left_of_a_process_whose_child_does_not_listen(tmp_path: Path) -> None:
    log = tmp_path / "log"
    members: list[Member] = []

    def interrupted() -> None:
        with started(family(log), log) as process:
            until_ready(log)
            members.extend(tree(process.pid))
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert len(members) == 2
    assert not any(_lives(member) for member in members)


@needs_proc
def test_a_process_that_ignores_a_polite_end_is_killed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("service.bench.processes.ENDING_SECONDS", 0.1)
    log = tmp_path / "log"
    with started(family(log, "deaf"), log) as process:
        until_ready(log)
    assert process.returncode == -9


def _lives(member: Member) -> bool:
    for _ in range(200):  # a killed process is gone in a moment
        try:
            stat = (PROC / str(member.pid) / "stat").read_text()
        except OSError:
            return False
        if _member(member.pid, stat).began != member.began or ") Z " in stat:
            return False
        time.sleep(0.01)
    return True


def test_a_name_with_brackets_and_blanks_moves_no_field() -> None:
    fields = ["S", "41", *["0"] * 9, "150", "50", "7", "3", *["0"] * 4, "12345", *["0"] * 20]
    stat = f"42 (a) b) c) {' '.join(fields)}"
    assert _member(42, stat) == Member(pid=42, parent=41, began=12345, cpu_ticks=210)


def test_what_a_server_said_before_it_died_is_told(tmp_path: Path) -> None:
    log = tmp_path / "log"
    command = [sys.executable, "-c", "print('no such index'); raise SystemExit(2)"]
    with (
        started(command, log) as process,
        pytest.raises(BenchError, match=r"code 2:\nno such index"),
    ):
        wait_until(process, "http://127.0.0.1:9/readyz", log, 30, {})


def test_ending_twice_does_no_harm() -> None:
    process = subprocess.Popen([sys.executable, "-c", ""], cwd=os.curdir)
    end(process)
    end(process)
    assert process.returncode is not None


def test_questions_are_distinct_usable_and_always_in_the_same_order(tmp_path: Path) -> None:
    lines = ["How long is leave?", "注销账户后信息保存多久？", "", "no", "How  long is leave?"]
    file = tmp_path / "questions.txt"
    file.write_text("\n".join([*lines, "x" * 300]), "utf-8")
    assert sorted(read_questions(file)) == ["How long is leave?", "注销账户后信息保存多久？"]
    many = [f"question {number}" for number in range(50)]
    assert mixed(many) == mixed(many) != many
    assert sorted(mixed(many)) == sorted(many)


def test_a_question_file_gives_every_language(tmp_path: Path) -> None:
    file = tmp_path / "questions.jsonl"
    file.write_text('{"id": "a", "en": "How long?", "zh": "保存多久呢？", "gold": []}\n', "utf-8")
    assert sorted(read_questions(file)) == ["How long?", "保存多久呢？"]


def test_a_file_of_questions_that_is_none_is_named(tmp_path: Path) -> None:
    with pytest.raises(BenchError, match=r"gone\.txt"):
        read_questions(tmp_path / "gone.txt")


def test_questions_stand_in_a_url_whatever_they_hold() -> None:
    assert search_target("a&b 你?", min_relevance="0") == (
        "/v1/search?q=a%26b+%E4%BD%A0%3F&limit=10&min_relevance=0"
    )


@pytest.mark.parametrize("text", ["", "0", "a", "1,,4", "1;4", "-1", "1001", "²"])
def test_numbers_of_clients_that_are_none_are_refused(
    text: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        parse_clients(text)
    assert "--clients" in capsys.readouterr().err


def test_numbers_of_clients() -> None:
    assert parse_clients("1, 4,16") == [1, 4, 16]
