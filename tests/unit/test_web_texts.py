"""The interface's texts: complete in both languages, and all of them used."""

from __future__ import annotations

import re
from pathlib import Path
from string import Formatter

import service.web
from service.web.interface import TABLES, Interface

FOLDER = Path(service.web.__file__).parent
SOURCES = [
    path.read_text(encoding="utf-8")
    for path in (*FOLDER.glob("templates/*.html"), *FOLDER.glob("*.py"))
    if not path.name.startswith("texts_")
] + [
    (FOLDER.parent / "routes" / f"{name}.py").read_text(encoding="utf-8")
    for name in ("pages", "tables", "sign_in", "docs")
]
LEVELS = ("high", "middle", "low", "little")
COMPOSED = re.compile(r"""["']([a-z.-]+\.)["'] ~|f["']([a-z-]+\.)\{""")
"""Texts whose keys are put together: `"facet." ~ facet.name`."""


def blanks(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


def test_both_languages_say_the_same_things() -> None:
    english, chinese = TABLES["en"], TABLES["zh"]
    assert list(english) == list(chinese)
    for key, text in english.items():
        if not key.endswith(".one"):
            assert blanks(text) == blanks(chinese[key]), key
        assert chinese[key].strip()


def test_every_text_asked_for_is_there() -> None:
    for source in SOURCES:
        for key in re.findall(r"""\bt\(["']([a-z0-9.-]+)["'](?=[,)])""", source):
            assert key in TABLES["en"] or key + ".other" in TABLES["en"], key


def test_every_text_is_used() -> None:
    everything = "\n".join(SOURCES)
    begun = {"".join(start) for start in COMPOSED.findall(everything)}
    begun |= {f"{kind}.{level}" for kind in ("same", "relevance") for level in LEVELS}
    for key in TABLES["en"]:
        plain = key.removesuffix(".one").removesuffix(".other")
        assert (
            f"'{key}'" in everything
            or f'"{plain}"' in everything
            or f"'{plain}'" in everything
            or any(plain.startswith(start) for start in begun)
        ), key


def test_one_thing_is_told_as_one() -> None:
    english = Interface("en")
    assert english.text("found", n=1) == "1 clause found"
    assert english.text("found", n=0) == "0 clauses found"
    assert Interface("zh").text("found", n=1) == "找到 1 条条款"
