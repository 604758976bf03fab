"""Random and damaged files of every format through the parsing process; counts what comes out.

    python tests/fuzz/fuzz_readers.py --files 10000 --seed 1 --seconds 20 --seeds MORE_FOLDERS

Seeds are the samples, the fixtures and the files in the given folders, of the formats that can be
read; the parts of a packed one (DOCX) are damaged unpacked. A crash is anything but a policy or an
error that says what is wrong with the file: an exception that no reader expects, or the death of
the process. Crashes and files that took too long are kept; after a crash the exit code is 1.
"""

from __future__ import annotations

import argparse
import io
import random
import sys
import tempfile
import time
import zipfile
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from indexer.errors import LimitError, PolicyFileError  # noqa: E402
from indexer.files import SourceFile  # noqa: E402
from indexer.limits import MIB, Limits  # noqa: E402
from indexer.parsing import PolicyParser  # noqa: E402
from indexer.readers import READABLE_SUFFIXES  # noqa: E402

LARGEST_SEED = MIB
TOKENS = [
    token.encode()
    for token in (
        "(", "[", "<", ">", "{", "第", "第一条", "1.", "1.1.1", "（一）", "\n", "\r\n", "\t",
        "\x00", "<div>", "<table><tr><td>", "<ol><li>", "</p>", "<!--", "<![CDATA[", "&#xD800;",
        "&lt;", "<w:p>", "<w:tbl>", "</w:r>", 'w:val="-1"', "99999999999", "-1", "<!DOCTYPE a [",
        "]>", "obj", "endobj", "stream\n", "endstream", "<<", ">>", "/Kids", "/Length", "xref",
        "trailer", "startxref", "/FlateDecode", "BT", "Tj", "\\", "> ", "- ", "# ", "|", "**", "`",
        "![](", "\u0301", "\u202e", "\ufeff", "PK\x03\x04", "PK\x01\x02", "%PDF-1.7",
    )
]  # fmt: skip


@dataclass(slots=True)
class Tally:
    """What came out. `slowest` holds (seconds, file, outcome)."""

    outcomes: Counter[str] = field(default_factory=Counter)
    crashes: list[tuple[str, str]] = field(default_factory=list)
    slowest: list[tuple[float, str, str]] = field(default_factory=list)


def find_seeds(folders: Sequence[Path]) -> dict[str, list[bytes]]:
    """The files of each readable suffix; a suffix without any gets the files of all."""
    seeds: dict[str, list[bytes]] = {suffix: [] for suffix in sorted(READABLE_SUFFIXES)}
    for folder in folders:
        for path in sorted(folder.rglob("*")):
            suffix = path.suffix.lower()
            if suffix in seeds and path.is_file() and path.stat().st_size <= LARGEST_SEED:
                seeds[suffix].append(path.read_bytes())
    every = [data for found in seeds.values() for data in found] or [b"1. Be kind.\n"]
    return {suffix: found or every for suffix, found in seeds.items()}


def make_files(
    seeds: dict[str, list[bytes]], count: int, rng: random.Random
) -> Iterator[tuple[str, bytes]]:
    """So many suffixes and contents, each suffix as often as any other."""
    suffixes = sorted(seeds)
    every = [data for found in seeds.values() for data in found]
    for number in range(count):
        suffix = suffixes[number % len(suffixes)]
        draw = rng.random()
        if draw < 0.05:
            data = rng.randbytes(rng.choice([0, 1, 10, 1000, 50_000]))
        elif draw < 0.15:
            data = b"".join(rng.choices(TOKENS, k=rng.choice([3, 30, 3000])))
        elif draw < 0.2:
            data = rng.choice(TOKENS) * rng.choice([100, 10_000, 100_000])
        else:
            # Now and then a file of another format under this one's name.
            data = rng.choice(seeds[suffix] if draw < 0.95 else every)
            for _ in range(rng.choice([0, 1, 1, 2, 5, 20, 200])):
                data = mutate_part(data, every, rng) or mutate(data, every, rng)
        yield suffix, data[:4_000_000]


def mutate_part(data: bytes, every: Sequence[bytes], rng: random.Random) -> bytes | None:
    """An archive with one of its parts changed, mostly; `None` for anything else."""
    if not data.startswith(b"PK") or rng.random() < 0.1:
        return None
    changed = io.BytesIO()
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(changed, "w") as new:
            chosen = rng.choice(old.namelist())
            for name in old.namelist():
                part = old.read(name)
                new.writestr(name, mutate(part, every, rng) if name == chosen else part)
    except Exception:  # it was damaged before
        return None
    return changed.getvalue()


def mutate(data: bytes, every: Sequence[bytes], rng: random.Random) -> bytes:
    """One change: bits, bytes, tokens, a piece cut out, doubled, moved or taken from elsewhere."""
    place = rng.randrange(len(data) + 1)
    length = min(rng.choice([1, 1, 4, 16, 200, 5000]), len(data) - place)
    before, piece, after = data[:place], data[place : place + length], data[place + length :]
    match rng.randrange(9):
        case 0:
            return before + bytes(byte ^ (1 << rng.randrange(8)) for byte in piece[:4]) + after
        case 1:
            return before + rng.randbytes(length) + after
        case 2:
            return before + rng.choice(TOKENS) * rng.choice([1, 1, 1, 50, 2000]) + piece + after
        case 3:
            return before + after
        case 4:
            return before + piece * rng.choice([2, 3, 50, 500]) + after
        case 5:
            return before
        case 6:
            other = rng.choice(every)
            start = rng.randrange(len(other) + 1)
            return before + other[start : start + 5000] + after
        case 7:
            return after + piece + before
        case _:
            return before + bytes([rng.choice([0, 1, 0x7F, 0x80, 0xFF])]) * length + after


def fuzz(
    count: int, seed: int, limits: Limits, seeds: Sequence[Path], keep: Path | None = None
) -> Tally:
    """Parses so many files; the same `seed` makes the same files from the same seeds."""
    tally = Tally()
    rng = random.Random(seed)
    with tempfile.TemporaryDirectory() as folder, PolicyParser(limits, always_apart=True) as parser:
        for number, (suffix, data) in enumerate(make_files(find_seeds(seeds), count, rng)):
            path = Path(folder, f"file{number}{suffix}")
            path.write_bytes(data)
            started = time.perf_counter()
            outcome, message = parse(parser, path)
            seconds = time.perf_counter() - started
            tally.outcomes[f"{suffix} {outcome}"] += 1
            tally.slowest = sorted([*tally.slowest, (seconds, path.name, outcome)])[-10:]
            if outcome == "crashed":
                tally.crashes.append((path.name, message))
            if keep and outcome in ("crashed", "time limit"):
                keep.mkdir(parents=True, exist_ok=True)
                (keep / f"seed{seed}-{path.name}").write_bytes(data)
            path.unlink()
    return tally


def parse(parser: PolicyParser, path: Path) -> tuple[str, str]:
    """The outcome, and the error's words."""
    try:
        parser.parse(SourceFile(path, "p", path.name))
    except LimitError as error:
        return ("time limit" if "_MAX_SECONDS" in str(error) else "refused"), str(error)
    except PolicyFileError as error:
        message = str(error)
        crashed = any(word in message for word in ("internal error", " died ", "out of turn"))
        return ("crashed" if crashed else "refused"), message
    except Exception as error:
        return "crashed", f"{type(error).__name__}: {error}"
    return "parsed", ""


def main() -> int:
    """Runs, prints, and tells by the exit code whether anything crashed."""
    options = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    options.add_argument("--files", type=int, default=10_000)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--seconds", type=float, default=20.0)
    options.add_argument("--keep", type=Path, default=ROOT / ".policy-search" / "fuzz")
    options.add_argument("--seeds", type=Path, nargs="*", default=[])
    chosen = options.parse_args()
    folders = [ROOT / "indexer/samples", ROOT / "tests/fixtures", *chosen.seeds]
    limits = Limits(max_seconds=chosen.seconds, max_memory=1024 * MIB)
    tally = fuzz(chosen.files, chosen.seed, limits, folders, chosen.keep)
    for outcome, count in sorted(tally.outcomes.items()):
        print(f"{count:>7} {outcome}")
    for seconds, name, outcome in reversed(tally.slowest):
        print(f"{seconds:>7.2f} s {name} {outcome}")
    for name, message in tally.crashes:
        print(f"crashed: {name}: {message}")
    print(f"{len(tally.crashes)} crashed of {chosen.files}; kept in {chosen.keep}")
    return 1 if tally.crashes else 0


if __name__ == "__main__":
    sys.exit(main())
