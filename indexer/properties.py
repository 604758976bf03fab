"""Keys and values that say what a policy is: in the front matter of Markdown and in sidecars."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, replace
from datetime import date, datetime
from typing import Any
from urllib.parse import urlsplit

from indexer.dates import find_dates
from indexer.outline.markers import fold
from indexer.records import Properties

_SYNONYMS = {
    "title": "title name 标题 標題 名称 名稱 题目 文件名称 制度名称",
    "organisation": "organisation organization org company company_name publisher"
    " 公司 公司名称 公司名稱 组织 組織 机构 机构名称 单位 发布单位 所属公司",
    "effective_date": "effective_date effective date_effective effective_from valid_from in_force"
    " 生效日期 生效日 生效时间 施行日期 实施日期 执行日期 施行日 实施日",
    "updated_date": "updated_date updated last_updated date_updated updated_at lastmod"
    " last_modified modified date_modified modified_date revised last_revised date"
    " 更新日期 更新时间 最后更新 最近更新 修订日期 修改日期 修訂日期 日期",
    "revision": "revision version rev 版本 版本号 版本號 修订号 修訂號 版次",
    "lang": "lang language locale 语言 語言 语种",
    "source_url": "source_url url canonical_url canonical permalink source"
    " 来源 來源 网址 網址 链接 原文链接",
    "groups": "groups readers 可见范围 可見範圍",
}
"""The keys of each field, the field's own first; where several are given, the first one counts."""
_FIELD_OF = {key: field for field, keys in _SYNONYMS.items() for key in keys.split()}
KEYS = tuple(_SYNONYMS)

_LONGEST = 300
_LONGEST_ORIGIN = 500
_LANGUAGES = {
    "english": "en", "eng": "en", "英文": "en", "英语": "en", "英語": "en",
    "chinese": "zh", "zho": "zh", "chi": "zh", "cmn": "zh", "中文": "zh", "汉语": "zh",
    "漢語": "zh", "简体中文": "zh", "繁体中文": "zh", "繁體中文": "zh",
    "simplified chinese": "zh", "traditional chinese": "zh",
}  # fmt: skip
_REVISION = re.compile(
    r"(?:(?:version|revision|rev\.?|版本号?|修订号)[\s:.]*)?(?P<value>\w[\w.\-]{0,39})",
    re.IGNORECASE,
)
GROUP = re.compile(r"[\w.-]{1,64}")
"""The name of a group of readers, as keys have it."""
_TIME = re.compile(r"(\d{4}-\d\d-\d\d)[T ]\d\d:.*", re.ASCII)


@dataclass(frozen=True, slots=True)
class Reading:
    """What keys and values say, and what is wrong with them.

    `complaints` are sentences that begin with the key and end with what is expected; `unknown` are
    the keys that mean nothing here.
    """

    properties: Properties
    complaints: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()


def read_properties(stated: Mapping[Any, Any], *, strict: bool) -> Reading:
    """The properties that keys and values state.

    `strict` is for files written for this project alone: there, an empty value, a second key of
    the same meaning and a source that is no address are complained of. Elsewhere they have other
    uses and are passed over.
    """
    given: dict[str, list[tuple[str, Any]]] = {}
    unknown = []
    for key, value in stated.items():
        field = field_of(key)
        if field is None:
            unknown.append(str(key))
        elif strict or not _is_passed_over(field, value):
            given.setdefault(field, []).append((str(key), value))
    values: dict[str, Any] = {}
    complaints = []
    for field, pairs in given.items():
        pairs.sort(key=lambda pair: _rank(field, pair[0]))
        if strict and len(pairs) > 1:
            names = " and ".join(key for key, _ in pairs)
            complaints.append(f"{names}: mean the same; expected one of them")
            continue
        key, value = pairs[0]
        try:
            values[field] = _READERS[field](value)
        except ValueError as error:
            complaints.append(f"{key}: {error}")
    return Reading(Properties(**values), tuple(complaints), tuple(unknown))


def _is_passed_over(field: str, value: object) -> bool:
    if field == "groups":
        return True  # who may read a policy is not for the policy to say
    return value in (None, "") or (field == "source_url" and not is_web_address(value))


def field_of(key: object) -> str | None:
    """The field of `Properties` that a key means: `更新日期` and `Last updated`, `updated_date`."""
    return _FIELD_OF.get(_normal(str(key)))


def nearest_key(key: str, known: tuple[str, ...] = KEYS) -> str:
    """What an unknown key may have meant, in words for an error."""
    names = {name: field for name, field in _FIELD_OF.items() if field in known}
    names |= {name: name for name in known}
    close = difflib.get_close_matches(_normal(key), names, 1, 0.75)
    meant = f"did you mean {names[close[0]]}? " if close else ""
    return f"{meant}expected one of {', '.join(known)}"


def first_stated(*sources: Properties) -> Properties:
    """Each property as the first of the sources states it."""
    merged = Properties()
    for source in reversed(sources):
        stated = {field.name: getattr(source, field.name) for field in fields(source)}
        merged = replace(merged, **{k: v for k, v in stated.items() if v is not None})
    return merged


def is_web_address(value: object) -> bool:
    """Whether a value is a whole address that a browser opens; a path such as `/privacy` is not."""
    if not isinstance(value, str) or len(value) > 2000 or re.search(r"[\s<>\"\\^`{|}]", value):
        return False
    try:
        parts = urlsplit(value)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname)


def is_origin(value: object) -> bool:
    """Whether a value can name the import that a policy came from. Files cannot state it."""
    return isinstance(value, str) and 0 < len(value) <= _LONGEST_ORIGIN and value.isprintable()


def text_of(value: object) -> str:
    """A value as one line of text. Raises `ValueError`."""
    if not isinstance(value, str) and (not isinstance(value, int) or isinstance(value, bool)):
        raise ValueError(f"is {_kind(value)}; expected a text")
    text = "".join(c if c.isprintable() else " " for c in str(value))
    text = re.sub(r"\s+", " ", text).strip()
    if not text:
        raise ValueError("is empty; expected a text, or leave the key out")
    if len(text) > _LONGEST:
        raise ValueError(f"has {len(text)} characters; expected {_LONGEST} at most")
    return text


def _date(value: object) -> date:
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    printed = text_of(value)
    text = fold(printed).strip(" .")
    timed = _TIME.fullmatch(text)
    if timed:
        text = timed[1]
    elif re.fullmatch(r"\d{8}", text, re.ASCII):
        text = f"{text[:4]}-{text[4:6]}-{text[6:]}"
    for stated, start, end in find_dates(text):
        if (start, end) == (0, len(text)):
            return stated
    raise ValueError(f"{printed!r} is no date; expected one that exists, such as 2025-03-01")


def _revision(value: object) -> str:
    text = text_of(value)
    found = _REVISION.fullmatch(fold(text))
    if found is None:
        raise ValueError(f"{text!r} is no revision; expected letters, digits and dots such as 4.2")
    return found["value"].rstrip(".-")


def _lang(value: object) -> str:
    text = text_of(value)
    name = fold(text).lower()
    code = _LANGUAGES.get(name) or re.split(r"[-_.]", name)[0]
    code = _LANGUAGES.get(code, code)
    if not re.fullmatch(r"[a-z]{2}", code):
        raise ValueError(f"{text!r} is no language; expected a code such as en or zh")
    return code


def _web_address(value: object) -> str:
    text = text_of(value)
    if not is_web_address(text):
        raise ValueError(
            f"{text!r} is no whole address; expected one such as https://example.com/p"
        )
    return text


def _groups(value: object) -> tuple[str, ...]:
    names = value if isinstance(value, list) else [value]
    for name in names:
        if not isinstance(name, str) or not GROUP.fullmatch(name):
            raise ValueError(
                f"{name!r} is no group; expected names of letters, digits, '.', '_' and '-'"
            )
    return tuple(sorted(set(names)))


_READERS: dict[str, Callable[[object], Any]] = {
    "title": text_of,
    "organisation": text_of,
    "effective_date": _date,
    "updated_date": _date,
    "revision": _revision,
    "lang": _lang,
    "source_url": _web_address,
    "groups": _groups,
}


def _rank(field: str, key: str) -> int:
    return _SYNONYMS[field].split().index(_normal(key))


def _normal(key: str) -> str:
    return re.sub(r"[\s\-]+", "_", fold(key).strip().lower())


def _kind(value: object) -> str:
    if value is None:
        return "empty"
    if isinstance(value, bool):
        return "true or false"
    if isinstance(value, Mapping):
        return "a group of keys"
    return "a list" if isinstance(value, list) else f"a {type(value).__name__}"
