"""Training text: from package files to clean pairs."""

from __future__ import annotations

import json
import struct
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from models.training import pairs as pairs_module
from models.training.alignment import align
from models.training.catalogues import (
    fluent_messages,
    gettext_messages,
    pack_messages,
    php_messages,
    properties_messages,
)
from models.training.cleaning import acceptable, clean, fingerprint
from models.training.errors import TrainingError
from models.training.examples import make_examples
from models.training.markup import html_blocks, mallard_blocks
from models.training.packages import folder_name, unpacked
from models.training.pairs import EvaluationTexts, build_pairs, read_pairs, write_pairs
from models.training.readers import html_by_id, html_by_structure, mozilla_archives
from models.training.recipe import Recipe
from models.training.records import Block, Pair
from models.training.sources import SOURCES, Source


def test_html_blocks_keep_order_ids_and_headings() -> None:
    page = (
        "<html><head><title>T</title><script>x()</script></head><body><h1 id='h'>Leave &amp; pay"
        "</h1><p id='a'>Ask <b>early</b>,<br>please.</p><pre>code</pre><ul><li>One</li></ul>"
    )
    assert html_blocks(page) == [
        Block("Leave & pay", "h", True),
        Block("Ask early, please.", "a"),
        Block("One"),
    ]


def test_mallard_blocks_read_titles_and_paragraphs() -> None:
    page = (
        "<page xmlns='http://projectmallard.org/1.0/'><title>Lock</title>"
        "<p>Press <key>Super</key> now.</p></page>"
    )
    assert mallard_blocks(page) == [Block("Lock", heading=True), Block("Press Super now.")]


def test_alignment_leaves_out_a_block_without_translation() -> None:
    english = [Block("Leave", heading=True), Block("A" * 90), Block("B" * 240), Block("C" * 60)]
    chinese = [Block("休假", heading=True), Block("甲" * 30), Block("丙" * 20)]
    pairs = align(english, chinese)
    assert [(a.text[0], b.text[0]) for a, b in pairs] == [("L", "休"), ("A", "甲"), ("C", "丙")]


def test_gettext_catalogue() -> None:
    messages = [("", "header"), ("menu\x04Open it", "打开"), ("One file\x00%d files", "一个文件")]
    assert gettext_messages(_mo(messages)) == {"Open it": "打开", "One file": "一个文件"}


def test_fluent_leaves_out_selections() -> None:
    text = (
        "# note\nclose = Close the window\n    .title = Close { $name }\nlong =\n  First line\n"
        "  second line\nplural = { $n ->\n    [one] One\n   *[other] Many\n  }\n"
    )
    assert fluent_messages(text) == {
        "close": "Close the window",
        "close.title": "Close { $name }",
        "long": "First line second line",
    }


def test_properties_and_php_messages() -> None:
    assert properties_messages("# c\na.b=One\\\n two\n") == {"a.b": "One two"}
    assert php_messages("$labels['x'] = 'It\\'s sent';\n$messages[\"y\"] = \"Sent\";") == {
        "x": "It's sent",
        "y": "Sent",
    }


def test_locale_pack() -> None:
    texts = {5: "Sign in", 9: "登录"}
    assert pack_messages(_pack(texts)) == {"5": "Sign in", "9": "登录"}
    with pytest.raises(ValueError, match="version 5"):
        pack_messages(struct.pack("<IBxxxHH", 4, 1, 0, 0))


@pytest.mark.parametrize(
    ("raw", "cleaned"),
    [
        ("_Save the file", "Save the file"),
        ("保存文件(_S)", "保存文件"),
        ("Read <b>the</b>&nbsp;rules", "Read the rules"),
        ("点击 <b>确定</b> 即可", "点击确定即可"),
        ("{{PLURAL:$1|one day|$1 days}} of [[Leave|paid leave]]", "one day of paid leave"),
        ("{ -brand-short-name } keeps it", "Firefox keeps it"),
        ("snake_case stays", "snake_case stays"),
    ],
)
def test_cleaning(raw: str, cleaned: str) -> None:
    assert clean(raw) == cleaned


@pytest.mark.parametrize(
    ("english", "chinese", "fit"),
    [
        ("You may take leave at any time.", "您可以随时休假。", True),
        ("You may take leave at any time.", "You may take leave at any time.", False),
        ("You may take leave at any time.", "您可以", False),
        ("OK", "好的，没有问题", False),
        ("You may take leave %s of %s in %s.", "您可以在 %s 的 %s 于 %s 休假。", False),
        ("Short text of words.", "这一段中文比英文长得太多，显然说的不是同一件事情。" * 3, False),
    ],
)
def test_only_translations_are_acceptable(english: str, chinese: str, fit: bool) -> None:
    assert acceptable(english, chinese) is fit


def test_fingerprint_ignores_case_width_and_punctuation() -> None:
    assert fingerprint("Ｌeave, 2024!") == fingerprint("leave")


def test_pages_are_paired_by_id(tmp_path: Path) -> None:
    (tmp_path / "en").mkdir()
    (tmp_path / "zh").mkdir()
    (tmp_path / "en/a.html").write_text("<p id='1'>One</p><p id='2'>Two</p>")
    (tmp_path / "zh/a.html").write_text("<p id='2'>二</p>", "utf-8")
    (tmp_path / "en/only.html").write_text("<p id='1'>One</p>")
    found = list(html_by_id("en", "zh")(tmp_path))
    assert found == [("a.html", Block("Two", "2"), Block("二", "2"))]


def test_pages_are_paired_by_structure_and_code(tmp_path: Path) -> None:
    (tmp_path / "ch1.en.html").write_text("<h1>Leave</h1><p>Ask early.</p>")
    (tmp_path / "ch1.zh-cn.html").write_text("<h1>休假</h1><p>请尽早提出。</p>", "utf-8")
    found = list(html_by_structure("", "", ("en", "zh-cn"))(tmp_path))
    assert [(a.text, b.text) for _, a, b in found] == [
        ("Leave", "休假"),
        ("Ask early.", "请尽早提出。"),
    ]


def test_legal_pages_of_archives_are_left_out(tmp_path: Path) -> None:
    for archive, text in (("en.ja", "Close it"), ("zh.xpi", "关闭它")):
        with zipfile.ZipFile(tmp_path / archive, "w") as file:
            file.writestr("locale/menu.ftl", f"close = {text}")
            file.writestr("locale/aboutRights.ftl", f"rights = {text}")
    found = list(mozilla_archives(("en.ja",), "*.xpi", "ights")(tmp_path))
    assert [(name, b.text) for name, _, b in found] == [("menu.ftl", "关闭它")]


def test_texts_near_evaluation_are_recognised(tmp_path: Path) -> None:
    text = "The employer stores personal data for two years after the contract ends."
    row = {"text": text, "gold": [{"snippet": "合同终止后雇主保存个人信息两年"}]}
    (tmp_path / "corpus.jsonl").write_text(json.dumps(row))
    known = EvaluationTexts(tmp_path)
    assert known.near(text.replace("two", "three").upper())
    assert known.near("合同终止后雇主保存个人信息三年")
    assert not known.near("The employer buys a coffee machine for every floor.")
    assert not EvaluationTexts(None).near(text)


def test_pairs_are_unique_and_clear_of_evaluation(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [
        ("Take leave at any time.", "随时可以休假。"),
        ("take leave at any time", "随时可以休假！"),
        ("Nobody keeps your data forever.", "没有人永远保存您的数据。"),
        ("Ok", "好"),
    ]

    def read(root: Path) -> Iterator[tuple[str, Block, Block]]:
        for english, chinese in rows:
            yield "page", Block(english), Block(chinese)

    evaluation = tmp_path / "evaluation"
    evaluation.mkdir()
    (evaluation / "queries.jsonl").write_text(json.dumps({"text": rows[2][0]}))
    monkeypatch.setattr(pairs_module, "unpacked", lambda packages, cache: cache)
    lines: list[str] = []
    source = Source("made", ("made",), "CC0", read)
    pairs = build_pairs(tmp_path, evaluation, [source], lines.append)
    assert [(p.en, p.position) for p in pairs] == [("Take leave at any time.", 0)]
    assert "1 pairs (CC0)" in lines[0]
    assert "1 in evaluation" in lines[0]
    write_pairs(pairs, tmp_path / "pairs.jsonl")
    assert read_pairs(tmp_path / "pairs.jsonl") == pairs


def test_own_pairs_need_the_two_texts_alone(tmp_path: Path) -> None:
    (tmp_path / "mine.jsonl").write_text('{"en": "Hello", "zh": "你好"}\n', "utf-8")
    assert read_pairs(tmp_path / "mine.jsonl") == [Pair("mine", "", 0, "Hello", "你好")]


def test_examples_hold_joined_neighbours_and_never_the_held_aside() -> None:
    pairs = [Pair("a", "page", i, f"Sentence {i} " + "x" * 80, f"第{i}句") for i in range(200)]
    pairs += [Pair("b", "page", i, f"Other {i}", f"另外{i}") for i in range(20)]
    train, aside = make_examples(pairs, Recipe(examples=120, held_aside=20, joined=0.2))
    assert len(aside) == 20
    assert {e.source for e in aside} == {"a", "b"}
    joined = [e for e in train if e.en.count("Sentence") > 1]
    assert 0 < len(joined) <= 24
    words = " ".join(e.en for e in train).split("x" * 80)
    assert not {e.en.strip("x ") for e in aside} & {w.strip() for w in words}
    assert make_examples(pairs, Recipe(examples=120, held_aside=20, joined=0.2)) == (train, aside)


def test_sources_have_distinct_names_and_licences() -> None:
    assert len({source.name for source in SOURCES}) == len(SOURCES)
    assert all(source.licence for source in SOURCES)
    assert max(len(folder_name(source.packages)) for source in SOURCES) < 100


def test_missing_tools_say_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.which", lambda name: None)
    with pytest.raises(TrainingError, match="--pairs"):
        unpacked(("nothing",), tmp_path)


def _mo(messages: list[tuple[str, str]]) -> bytes:
    head = struct.pack("<5I", 0x950412DE, 0, len(messages), 28, 28 + 8 * len(messages)) + bytes(8)
    tables, body = b"", b""
    start = 28 + 16 * len(messages)
    for column in (0, 1):
        for message in messages:
            raw = message[column].encode()
            tables += struct.pack("<2I", len(raw), start + len(body))
            body += raw + b"\0"
    return head + tables + body


def _pack(texts: dict[int, str]) -> bytes:
    start = 12 + 6 * (len(texts) + 1)
    table, body = b"", b""
    for number, text in texts.items():
        table += struct.pack("<HI", number, start + len(body))
        body += text.encode()
    table += struct.pack("<HI", 0, start + len(body))
    return struct.pack("<IBxxxHH", 5, 1, len(texts), 0) + table + body
