"""In which language, and how, a person wants the pages: told by the address, a cookie, or theirs.

`?ui=zh` and `?theme=dark` choose and are remembered in cookies; without either the browser's
`Accept-Language` and colour scheme decide.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Literal, cast

from starlette.requests import cookie_parser

from service.web import texts_en, texts_zh
from service.web.language import chosen_language

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.requests import HTTPConnection
    from starlette.responses import Response

UI = Literal["en", "zh"]
Theme = Literal["auto", "light", "dark"]

TABLES: dict[UI, Mapping[str, str]] = {"en": texts_en.TEXTS, "zh": texts_zh.TEXTS}
NAMES: dict[UI, str] = {"en": texts_en.LANGUAGE_NAME, "zh": texts_zh.LANGUAGE_NAME}
UI_COOKIE = "policy_search_ui"
THEME_COOKIE = "policy_search_theme"
_REMEMBERED_SECONDS = 365 * 24 * 3600


@dataclass(frozen=True, slots=True)
class Interface:
    """How one request's page is to look. `chosen`: cookies that the request's address asks for."""

    ui: UI = "en"
    theme: Theme = "auto"
    chosen: tuple[tuple[str, str], ...] = ()

    def text(self, key: str, /, **values: object) -> str:
        """A text of the interface. With `n`, of `key.one` and `key.other` the one that fits."""
        table = TABLES[self.ui]
        if "n" in values and key not in table:
            key += ".one" if values["n"] == 1 else ".other"
        text = table[key]
        return text.format(**values) if values else text

    def remember(self, response: Response, *, secure: bool) -> None:
        """Set the cookies of what was chosen."""
        keep = partial(response.set_cookie, max_age=_REMEMBERED_SECONDS, samesite="lax")
        for name, value in self.chosen:
            keep(name, value, secure=secure)


def interface_of(request: HTTPConnection) -> Interface:
    """What a request's address, cookies and browser ask for, in this order."""
    cookies: dict[str, str] = {}
    for line in request.headers.getlist("cookie"):
        cookies |= cookie_parser(line)
    asked = request.query_params
    ui, theme = asked.get("ui"), asked.get("theme")
    chosen = []
    if ui in TABLES:
        chosen.append((UI_COOKIE, str(ui)))
    else:
        ui = cookies.get(UI_COOKIE)
    if theme in ("light", "dark", "auto"):
        chosen.append((THEME_COOKIE, str(theme)))
    else:
        theme = cookies.get(THEME_COOKIE)
    if ui not in TABLES:
        ui = chosen_language(None, ",".join(request.headers.getlist("accept-language")))
    if theme not in ("light", "dark"):
        theme = "auto"
    return Interface(ui, cast("Theme", theme), tuple(chosen))
