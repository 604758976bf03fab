"""What is sent as JSON to be stored is checked before anything reads it."""

from __future__ import annotations

from typing import Any

import pytest

from service.errors import UploadInvalidError
from service.uploads import put_from_json


@pytest.mark.parametrize("format_", [None, 7, [], {}, ["text"], {"text": 1}, "pdf"])
def test_format_that_is_none_is_refused(format_: Any) -> None:
    with pytest.raises(UploadInvalidError, match="expected one of text, markdown, html"):
        put_from_json("leave", {"text": "1. Leave", "format": format_})


def test_an_import_says_what_it_is_in_a_line() -> None:
    origin = "mediawiki wiki.example category:Policies 12"
    assert (
        put_from_json("leave", {"text": "1. Leave", "origin": origin}).properties.origin == origin
    )
    for bad in ("", "a\nb", 7, ["a"], "x" * 501):
        with pytest.raises(UploadInvalidError, match="Origin: expected one line"):
            put_from_json("leave", {"text": "1. Leave", "origin": bad})
