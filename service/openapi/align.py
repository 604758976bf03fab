"""Two policies clause by clause in the OpenAPI document."""

from __future__ import annotations

from service.openapi.parts import (
    CLAUSE_SUMMARY,
    INDEX,
    INVALID,
    LEAVE,
    NO_VERSION,
    NOT_READY,
    ok,
)

_EN = "4.2 Unused days may be carried over until 31 March of the following year."
_ZH = "（二）当年未休完的年休假，可以顺延至次年三月二十一日。"
_OTHER = {
    "id": "dengta-leave-policy@1#三.二",
    "citation": "《灯塔休假制度》三（二）",
    "labels": ["三", "二"],
    "url": "/v1/clauses/dengta-leave-policy@1%23%E4%B8%89.%E4%BA%8C",
}
ALIGN_RESPONSES = {
    **ok({
        "left": LEAVE,
        "right": {"id": "dengta-leave-policy", "title": "灯塔休假制度", "version": "1",
                  "effective_date": None},
        "index": INDEX,
        "counts": {"matched": 1, "partial": 0, "only_here": 0, "only_there": 0},
        "flag_counts": {"date": 1},
        "rows": [{
            "status": "matched", "score": 0.81, "moved": False,
            "left": [{**CLAUSE_SUMMARY, "heading": None, "lang": "en", "text": _EN}],
            "right": [{**_OTHER, "heading": None, "lang": "zh", "text": _ZH}],
            "flags": [{
                "kind": "date",
                "left": {"clause_id": CLAUSE_SUMMARY["id"], "text": _EN[4:], "start": 4,
                         "marks": [[_EN.index("31 March"), _EN.index("31 March") + 8]]},
                "right": {"clause_id": _OTHER["id"], "text": _ZH[3:], "start": 3,
                          "marks": [[_ZH.index("三月"), _ZH.index("三月") + 6]]},
            }],
        }],
    }),
    **NO_VERSION,
    **INVALID,
    **NOT_READY,
}  # fmt: skip
