"""What reports of an alignment say, in English and Chinese."""

from __future__ import annotations

from typing import Literal

Lang = Literal["en", "zh"]

_LABELS: dict[str, tuple[str, str]] = {
    "title": ("Alignment", "条款对照"),
    "drift": ("Differences", "差异检查"),
    "matched": ("matched", "对应"),
    "partial": ("partly matched", "部分对应"),
    "only_here": ("only on the left", "仅左侧有"),
    "only_there": ("only on the right", "仅右侧有"),
    "moved": ("moved", "位置不同"),
    "rows": ("Clauses", "条款"),
    "flags": ("Flags", "提示"),
    "clean": ("No differences were found.", "未发现差异。"),
    "version": ("version", "版本"),
    "nothing": ("nothing corresponds", "无对应内容"),
    "score": ("likeness", "相似度"),
    "note": (
        "A flag asks a person to look; it is no proof of an error.",
        "提示仅供人工复核，并不表示一定有误。",
    ),
    "number": ("number", "数字"),
    "percentage": ("percentage", "百分比"),
    "period": ("period", "期限"),
    "date": ("date or time", "日期或时间"),
    "amount": ("amount or currency", "金额或币种"),
    "contact": ("contact data", "联系方式"),
    "reference": ("cross-reference", "条款引用"),
    "limit": ("least or most", "上限或下限"),
    "negation": ("negation", "否定"),
    "modality": ("must, may, must not", "应当、可以、不得"),
    "missing": ("clause missing", "缺少条款"),
}


def label(name: str, lang: Lang) -> str:
    """What a report calls something."""
    return _LABELS[name][lang == "zh"]
