"""A feed is given under whatever name the service is asked."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from starlette.testclient import TestClient

from indexer.build import build_index
from service.app import create_app
from service.settings import Settings


@pytest.mark.parametrize("host", ["[::1]:8080", "policies_host", "a:b", "[::1", "-", "灯塔", "a b"])
def test_feed_under_an_odd_host_is_a_feed(
    folder: Path, root: Path, encoder: Any, host: str
) -> None:
    build_index([folder], root, encoder)
    with TestClient(create_app(Settings(index=root), encoder=encoder)) as client:
        while client.get("/readyz").status_code != 200:
            time.sleep(0.01)
        for path in ("/v1/changes.atom", "/v1/policies/leave/changes.atom"):
            answer = client.get(path, headers={b"Host": host.encode()})  # type: ignore[dict-item]
            assert answer.status_code == 200, answer.text
            assert ElementTree.fromstring(answer.content).tag.endswith("feed")
