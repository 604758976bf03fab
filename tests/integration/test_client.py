"""The client against the service itself, by blocking over a socket and by awaiting in process."""

from __future__ import annotations

import asyncio
import io
import threading
import zipfile
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import httpx
import pytest

from indexer.build import build_index
from service.app import create_app
from service.client import AsyncPolicySearch, PolicySearch, PolicySearchError
from service.settings import Settings
from tests.support.server import serving

LEAVE_2 = "# Lanternworks Leave Policy\n\n1. Annual leave\n\n1.1 Every employee has thirty days.\n"


@pytest.fixture
def client(
    root: Path, folder: Path, encoder: Any, monkeypatch: pytest.MonkeyPatch
) -> Iterator[PolicySearch]:
    monkeypatch.delenv("POLICY_SEARCH_KEY", raising=False)
    build_index([folder], root, encoder)
    app = create_app(Settings(index=root, refresh_seconds=3600), encoder=encoder)
    with serving(app) as url, PolicySearch(url) as client:
        pause = threading.Event()
        while not is_ready(client.ready):
            pause.wait(0.02)
        yield client


def is_ready(ask: Callable[[], object]) -> bool:
    try:
        ask()
    except PolicySearchError as error:
        if error.code != "not-ready":
            raise
        return False
    return True


def test_search_gives_typed_hits_and_their_clauses_open(client: PolicySearch) -> None:
    found = client.search("until when may unused days be carried over?", limit=1, lang="en")
    (hit,) = found.hits
    assert "until the end of March" in hit.text
    opened = client.clause(hit.id)
    assert (opened.id, opened.text) == (hit.id, hit.text)
    assert opened.policy.effective_date == date(2025, 3, 1)
    chinese = client.search("注销账户", lang=["zh"], policy_id="privacy", facets=["lang"]).hits
    assert {hit.lang for hit in chinese} == {"zh"}
    assert client.clause(chinese[0].id).citation == chinese[0].citation


def test_every_reading_call_answers(client: PolicySearch) -> None:
    assert [policy.id for policy in client.policies().policies] == ["leave", "privacy"]
    assert client.policy("leave").title == "Lanternworks Leave Policy"
    assert client.clauses("leave", limit=2).total > 2
    assert len(client.clauses("leave", limit=2).clauses) == 2
    assert client.suggest("annu", lang="en").suggestions[0].text == "Annual leave"
    assert client.versions("leave").total == 1
    assert client.feed().startswith("<?xml")
    assert "Leave Policy" in client.feed("leave")
    assert client.ready().policies == 2
    assert client.version().generation == 1


def test_policy_is_stored_compared_and_removed(client: PolicySearch, tmp_path: Path) -> None:
    before = client.policy("leave")
    stored = client.put("leave", text=LEAVE_2, if_match=before.etag, revision="B", groups=["hr"])
    assert (stored.state, stored.version, stored.groups) == ("updated", "B", ["hr"])
    assert stored.etag == client.policy("leave").etag != before.etag
    assert "thirty days" in client.search("thirty days", limit=1).hits[0].text
    with pytest.raises(PolicySearchError) as refused:
        client.put("leave", text="1. Other.", if_match=before.etag)
    assert (refused.value.code, refused.value.status) == ("precondition-failed", 412)
    older = client.versions("leave").versions[-1].version
    assert client.diff("leave", older, "B").from_version.version == older
    assert client.diff("leave", unchanged=True).counts == client.diff("leave").counts
    assert "twenty-five" in " ".join(c.text for c in client.clauses("leave", version=older).clauses)
    client.delete("leave", if_match=stored.etag)
    with pytest.raises(PolicySearchError, match="leave") as gone:
        client.policy("leave")
    assert gone.value.code == "policy-not-found"
    assert gone.value.request_id


def test_files_and_bytes_are_stored_as_what_they_are(client: PolicySearch, tmp_path: Path) -> None:
    file = tmp_path / "差旅 制度.html"
    file.write_text("<h1>差旅制度</h1><p>一、住宿</p><p>（一）每晚不超过四百元。</p>", "utf-8")
    stored = client.put(
        "差旅-制度", path=file, organisation="灯塔公司", effective_date=date(2026, 1, 2)
    )
    assert (stored.id, stored.format, stored.organisation) == ("差旅-制度", "html", "灯塔公司")
    assert stored.effective_date == date(2026, 1, 2)
    assert client.policy("差旅-制度").clause_count == stored.clause_count
    data = client.put(
        "notes", data=b"1. One.\n\n2. Two.\n", content_type="text/plain", only_new=True
    )
    assert (data.format, data.state) == ("text", "created")
    with pytest.raises(PolicySearchError) as refused:
        client.put("notes", text="1. One.", only_new=True)
    assert refused.value.status == 412


def test_problem_becomes_an_error_with_all_its_fields(client: PolicySearch) -> None:
    with pytest.raises(PolicySearchError) as raised:
        client.search("leave", limit=0)
    error = raised.value
    assert (error.code, error.status) == ("out-of-range", 422)
    assert [part.pointer for part in error.errors] == ["#/limit"]
    assert error.request_id
    assert error.detail in str(error)
    assert error.request_id in str(error)
    with pytest.raises(PolicySearchError) as unknown:
        client.search("leave", colour="red")  # type: ignore[call-arg]
    assert unknown.value.code == "unknown-field"


def test_folder_is_imported_with_the_ids_that_indexing_gives(
    client: PolicySearch, tmp_path: Path
) -> None:
    folder = tmp_path / "more"
    (folder / "legal").mkdir(parents=True)
    (folder / "legal" / "Terms of Use.md").write_text("# Terms\n\n1. Be kind.\n", "utf-8")
    (folder / "差旅.txt").write_text("差旅制度\n\n一、住宿\n\n（一）每晚四百元。\n", "utf-8")
    (folder / "logo.png").write_bytes(b"no policy")
    done = client.import_policies(folder).wait(timeout=30)
    assert (done.state, done.done, done.total) == ("done", 2, 2)
    assert {outcome.policy_id for outcome in done.outcomes} == {"legal-terms-of-use", "差旅"}
    assert client.task(done.id).wait().outcomes == done.outcomes
    assert client.policies().total == 4


def test_zip_file_and_list_are_imported_and_refusals_are_told(
    client: PolicySearch, tmp_path: Path
) -> None:
    body = io.BytesIO()
    with zipfile.ZipFile(body, "w") as archive:
        archive.writestr("a.md", "# A\n\n1. One.\n")
        archive.writestr("scan.pdf", "no PDF")
    (tmp_path / "policies.zip").write_bytes(body.getvalue())
    done = client.import_policies(tmp_path / "policies.zip").wait(30)
    errors = {outcome.policy_id: outcome.error for outcome in done.outcomes}
    assert errors["a"] is None
    assert errors["scan"]
    listed = client.import_policies(
        [{"id": "b", "text": "# B\n\n1. Two.\n", "effective_date": date(2026, 1, 1)}]
    ).wait(30)
    assert [outcome.state for outcome in listed.outcomes] == ["created"]
    assert client.policy("b").effective_date == date(2026, 1, 1)


def test_folder_whose_sidecars_would_get_lost_is_not_imported(
    client: PolicySearch, tmp_path: Path
) -> None:
    folder = tmp_path / "more"
    folder.mkdir()
    (folder / "pay.md").write_text("# Pay\n\n1. Salaries.\n", "utf-8")
    (folder / "pay.policy.yaml").write_text("groups: [hr]\n", "utf-8")
    with pytest.raises(ValueError, match=r"pay\.md has a sidecar"):
        client.import_policies(folder)
    with pytest.raises(ValueError, match="holds no policy files"):
        client.import_policies(tmp_path / "index")
    assert client.policies().total == 2


def test_awaiting_client_does_the_same(root: Path, folder: Path, encoder: Any) -> None:
    build_index([folder], root, encoder)
    app = create_app(Settings(index=root, refresh_seconds=3600), encoder=encoder)

    async def scenario() -> None:
        async with (
            app.router.lifespan_context(app),
            AsyncPolicySearch(transport=httpx.ASGITransport(app)) as client,
        ):
            await until_ready(client)
            question = "until when may unused days be carried over?"
            one, two = await asyncio.gather(
                client.search(question, limit=1), client.clauses("privacy")
            )
            assert "until the end of March" in one.hits[0].text
            assert two.policy.id == "privacy"
            stored = await client.put("leave", text=LEAVE_2)
            assert stored.state == "updated"
            await client.delete("leave", if_match=stored.etag)
            with pytest.raises(PolicySearchError) as gone:
                await client.policy("leave")
            assert gone.value.code == "policy-not-found"
            task = await client.import_policies(folder)
            done = await task.wait(30)
            assert {outcome.policy_id for outcome in done.outcomes} == {"leave", "privacy"}
            assert (await client.task(done.id)).state == "done"

    asyncio.run(asyncio.wait_for(scenario(), 60))


async def until_ready(client: AsyncPolicySearch) -> None:
    while True:
        try:
            await client.ready()
            return
        except PolicySearchError as error:
            if error.code != "not-ready":
                raise
            await asyncio.sleep(0.02)
