"""The language of a text: script first, then the seeded detector, and always the same answer."""

from __future__ import annotations

import random
from concurrent.futures import ThreadPoolExecutor

import pytest

from indexer.language import detect_language, is_chinese

GERMAN = (
    "Wir verarbeiten Ihre personenbezogenen Daten nur, soweit dies zur Bereitstellung unserer "
    "Dienste erforderlich ist, und löschen sie danach."
)
CASES = {
    "simplified": ("注销账户后，信息保存多久？", "zh"),
    "traditional": ("請假規定適用於全體員工。", "zh"),
    "one character": ("您", "zh"),
    "two characters": ("隐私", "zh"),
    "Chinese with an English name": ("使用 Cookie", "zh"),
    "Chinese with several English words": ("我们的 SaaS platform 支持 API 接口", "zh"),
    "English with a Chinese word": ("We keep all of your personal data in 数据 files", "en"),
    "full-width Latin": ("Ｐｒｉｖａｃｙ　Ｐｏｌｉｃｙ", "en"),
    "Chinese with full-width digits": ("１２３号文件", "zh"),
    "Japanese that looks Chinese": ("個人情報の取扱規程", "ja"),
    "Japanese": ("お客様の個人情報を適切に管理いたします。", "ja"),
    "katakana": ("プライバシーポリシー", "ja"),
    "Korean": ("개인정보 처리방침", "ko"),
    "Russian": ("Политика конфиденциальности описывает обработку персональных данных", "ru"),
    "short Latin": ("Urlaub", "en"),
    "a short question": ("how do i cancel?", "en"),
    "long German": (GERMAN, "de"),
    "digits": ("12345", "en"),
    "nothing": ("", "en"),
    "punctuation": ("——？！", "en"),
}


@pytest.mark.parametrize(("text", "lang"), CASES.values(), ids=list(CASES))
def test_language(text: str, lang: str) -> None:
    assert detect_language(text) == lang


@pytest.mark.parametrize("text", ["", "123", "Urlaub", "OK"])
def test_what_is_too_short_to_tell_gets_the_default(text: str) -> None:
    assert detect_language(text, default="de") == "de"


def test_answer_does_not_depend_on_what_was_asked_before() -> None:
    texts = [text for text, _ in CASES.values()] * 3
    random.Random(1).shuffle(texts)
    once = {text: detect_language(text) for text in texts}
    assert all(detect_language(text) == once[text] for text in reversed(texts))


def test_answer_is_the_same_in_many_threads() -> None:
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(detect_language, [GERMAN, "Leave", "休假"] * 10))
    assert answers == ["de", "en", "zh"] * 10


@pytest.mark.parametrize(
    ("text", "chinese"), [("休假制度", True), ("休假 policy", True), ("お休み", False), ("", False)]
)
def test_is_chinese(text: str, chinese: bool) -> None:
    assert is_chinese(text) is chinese
