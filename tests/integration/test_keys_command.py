"""`policy-search keys` and `serve`: what they print, refuse and keep to themselves."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from service.access.keys import KeyFile
from tests.support.command import running

ROOT = Path(__file__).parents[2]
Run = Callable[..., tuple[object, str, str]]


@pytest.fixture
def run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[Run]:
    """Runs the command on an index directory of the test's own: exit code, output, errors."""
    with running(tmp_path / "index", monkeypatch, capsys) as run_command:

        def told(*arguments: str) -> tuple[object, str, str]:
            done = run_command(*arguments)
            return done.code, done.out, done.err

        yield told


def test_key_stands_alone_on_standard_output(run: Run, tmp_path: Path) -> None:
    code, out, err = run("keys", "create", "wiki", "--scope", "search", "--scope", "read")
    keys = KeyFile(tmp_path / "index" / "keys.sqlite")
    key = keys.check(out.removesuffix("\n"))
    assert code == 0
    assert key is not None
    assert key.scopes == ("search", "read")
    assert "shown this once" in err
    assert "From now on the service asks everybody for a key" in err
    assert out.strip() not in err
    assert "From now on" not in run("keys", "create", "app", "--scope", "search")[2]
    quiet = run("keys", "create", "app", "--scope", "search", "--quiet")
    assert keys.check(quiet[1].strip())
    assert quiet[2] == ""


def test_list_shows_what_keys_may_and_never_their_secrets(run: Run) -> None:
    assert "No key was ever made" in run("keys", "list")[1]
    assert json.loads(run("keys", "list", "--json")[1]) == []
    made = [
        run(
            "keys",
            "create",
            "wiki",
            "--scope",
            "search",
            "--group",
            "hr",
            "--expires",
            "2099-12-31",
        ),
        run("keys", "create", "灯塔", "--scope", "admin"),
    ]
    run("keys", "revoke", "灯塔")
    _, text, _ = run("keys", "list")
    _, as_json, _ = run("keys", "list", "--json")
    for _, key, _ in made:
        for shown in (text, as_json):
            assert key.strip() not in shown
            assert key.strip().split("_", 2)[2] not in shown
    wiki, lighthouse = json.loads(as_json)
    assert set(wiki) == {
        "id", "name", "state", "scopes", "groups", "created", "expires", "revoked"
    }  # fmt: skip
    assert (wiki["name"], wiki["state"], wiki["groups"]) == ("wiki", "active", ["hr"])
    assert wiki["expires"] == "2100-01-01T00:00:00+00:00"
    assert (lighthouse["name"], lighthouse["state"]) == ("灯塔", "revoked")
    first, second = text.splitlines()
    assert first.startswith(wiki["id"] + "  active ")
    assert "until 2100-01-01" in first
    assert "revoked  admin" in second


def test_revoked_key_is_good_for_nothing(run: Run, tmp_path: Path) -> None:
    text = run("keys", "create", "wiki", "--scope", "search")[1].strip()
    code, out, _ = run("keys", "revoke", text.split("_")[1])
    assert (code, "is revoked" in out) == (0, True)
    assert KeyFile(tmp_path / "index" / "keys.sqlite").check(text) is None
    code, out, err = run("keys", "revoke", "wiki")
    assert (code, out) == (2, "")
    assert "keys list" in err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("create", "wiki"), "--scope"),
        (("create", "wiki", "--scope", "fly"), "search, read, write, admin, not 'fly'"),
        (("create", "wiki", "--scope", "read", "--expires", "soon"), "--expires is 'soon'"),
        (("create", "wiki", "--scope", "read", "--expires", "2020-01-01"), "in the past"),
    ],
)
def test_wrong_use_is_told_and_makes_nothing(
    run: Run, tmp_path: Path, arguments: tuple[str, ...], message: str
) -> None:
    code, out, err = run("keys", *arguments)
    assert (code, out) == (2, "")
    assert message in err
    assert not (tmp_path / "index").exists()


def test_keys_may_lie_elsewhere(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POLICY_SEARCH_KEYS", str(tmp_path / "etc" / "keys"))
    text = run("keys", "create", "wiki", "--scope", "search")[1].strip()
    assert KeyFile(tmp_path / "etc" / "keys").check(text)
    assert not (tmp_path / "index").exists()


def test_serve_refuses_to_be_open_to_others(run: Run) -> None:
    code, out, err = run("serve", "--host", "0.0.0.0")
    assert (code, out) == (2, "")
    assert err.startswith("policy-search: 0.0.0.0 can be reached from other machines")
    assert "policy-search keys create" in err
    assert "--insecure" in err


@pytest.mark.parametrize("how", ["option", "variable", "key"])
def test_serve_listens_anywhere_once_told_or_with_keys(
    run: Run, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    import uvicorn

    served = []
    monkeypatch.setattr(uvicorn.Server, "run", lambda server: served.append(server.config))
    if how == "key":
        run("keys", "create", "wiki", "--scope", "search")
    if how == "variable":
        monkeypatch.setenv("POLICY_SEARCH_INSECURE", "true")
    insecure = ("--insecure",) if how == "option" else ()
    assert run("serve", "--host", "0.0.0.0", *insecure)[0] == 0
    assert served[0].host == "0.0.0.0"
    assert served[0].proxy_headers is False


def test_serve_refuses_to_show_in_a_page_what_may_do_more_than_search(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    import uvicorn

    served = []
    monkeypatch.setattr(uvicorn.Server, "run", lambda server: served.append(server.config))
    monkeypatch.setenv("POLICY_SEARCH_CORS_ORIGINS", "*")
    code, _, err = run("serve")
    assert code == 2
    assert "POLICY_SEARCH_CORS_ORIGINS is '*', and no key was ever made" in err
    much = run("keys", "create", "app", "--scope", "search", "--scope", "read")[1].strip()
    monkeypatch.setenv("POLICY_SEARCH_EMBED_KEY", much)
    code, _, err = run("serve")
    assert code == 2
    assert "POLICY_SEARCH_EMBED_KEY is the key" in err
    assert much not in err
    assert not served
    page = run("keys", "create", "page", "--scope", "search")[1].strip()
    monkeypatch.setenv("POLICY_SEARCH_EMBED_KEY", page)
    assert run("serve")[0] == 0
    assert len(served) == 1


def test_processes_that_make_the_file_at_once_share_it(tmp_path: Path) -> None:
    path = tmp_path / "new" / "keys.sqlite"
    code = (
        "import sys; from pathlib import Path; from service.access.keys import KeyFile\n"
        "keys = KeyFile(Path(sys.argv[1]))\n"
        "for n in range(5): print(keys.create(f'{sys.argv[2]}-{n}', ['search'])[1])"
    )
    command = [sys.executable, "-c", code, str(path)]
    running = [
        subprocess.Popen([*command, name], cwd=ROOT, stdout=subprocess.PIPE, text=True)
        for name in ("one", "two", "three")
    ]
    texts = [text for process in running for text in process.communicate()[0].split()]
    assert len(texts) == 15
    keys = KeyFile(path)
    assert all(keys.check(text) for text in texts)
    assert [file.name for file in path.parent.iterdir()] == ["keys.sqlite"]
