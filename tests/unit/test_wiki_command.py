"""`policy-search wiki` puts the plug-ins into a wiki's folder and takes them out again."""

from __future__ import annotations

import glob
import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from service.wiki.plugins import Wiki, plugin_for
from tests.support.command import Done, running

ROOT = Path(__file__).resolve().parents[2]
WIKIS: tuple[Wiki, ...] = ("mediawiki", "dokuwiki")


@pytest.fixture
def run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[Callable[..., Done]]:
    with running(tmp_path / "index", monkeypatch, capsys) as command:
        yield command


def made_wiki(wiki: Wiki, folder: Path) -> Path:
    """What a wiki is known by, in a folder of its own."""
    plugin = plugin_for(wiki)
    root = folder / wiki
    (root / plugin.place).mkdir(parents=True)
    (root / plugin.evidence).parent.mkdir(parents=True)
    (root / plugin.evidence).write_text("<?php")
    return root


@pytest.fixture(params=WIKIS)
def wiki(request: pytest.FixtureRequest) -> Wiki:
    kind: Wiki = request.param
    return kind


def files_below(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_path_is_the_folder_of_the_plug_in(run: Callable[..., Done], wiki: Wiki) -> None:
    folder = Path(run("wiki", "path", wiki).out.strip())
    assert (folder / plugin_for(wiki).marker).is_file()


def test_install_copies_the_plug_in_and_says_what_to_set(
    run: Callable[..., Done], wiki: Wiki, tmp_path: Path
) -> None:
    root = made_wiki(wiki, tmp_path)
    done = run("wiki", "install", wiki, root)
    plugin = plugin_for(wiki)
    target = root / plugin.place / plugin.name
    assert done.code == 0, done.err
    assert files_below(target) == files_below(plugin.source)
    assert all(path.stat().st_mode & 0o044 == 0o044 for path in target.rglob("*"))
    assert "wfLoadExtension" in done.out if wiki == "mediawiki" else "Admin →" in done.out
    assert [entry.name for entry in target.parent.iterdir()] == [plugin.name]


def test_the_folder_of_plug_ins_will_do_as_well(
    run: Callable[..., Done], wiki: Wiki, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = made_wiki(wiki, tmp_path)
    plugin = plugin_for(wiki)
    monkeypatch.chdir(root)
    assert run("wiki", "install", wiki, plugin.place).code == 0
    assert (root / plugin.place / plugin.name / plugin.marker).is_file()


def test_newer_one_replaces_an_older_one_whole(
    run: Callable[..., Done], wiki: Wiki, tmp_path: Path
) -> None:
    root = made_wiki(wiki, tmp_path)
    run("wiki", "install", wiki, root)
    plugin = plugin_for(wiki)
    target = root / plugin.place / plugin.name
    (target / "old.php").write_text("<?php")
    done = run("wiki", "install", wiki, root)
    assert done.code == 0
    assert "it replaced" in done.out
    assert files_below(target) == files_below(plugin.source)


def test_what_is_no_wiki_is_refused(run: Callable[..., Done], wiki: Wiki, tmp_path: Path) -> None:
    (tmp_path / "extensions").mkdir()
    done = run("wiki", "install", wiki, tmp_path)
    assert done.code == 2
    assert f"has no {plugin_for(wiki).evidence}" in done.err
    assert [path.name for path in tmp_path.iterdir()] == ["extensions"]


def test_something_else_of_the_same_name_is_left_alone(
    run: Callable[..., Done], wiki: Wiki, tmp_path: Path
) -> None:
    root = made_wiki(wiki, tmp_path)
    plugin = plugin_for(wiki)
    target = root / plugin.place / plugin.name
    target.mkdir()
    (target / "mine.php").write_text("<?php")
    for verb in ("install", "uninstall"):
        done = run("wiki", verb, wiki, root)
        assert done.code == 2
        assert "move it away yourself" in done.err
    assert (target / "mine.php").exists()
    (target / "mine.php").unlink()
    target.rmdir()
    target.symlink_to(plugin.source)
    assert "is a link" in run("wiki", "uninstall", wiki, root).err
    assert plugin.source.exists()


def test_uninstall_leaves_the_folder_as_it_was(
    run: Callable[..., Done], wiki: Wiki, tmp_path: Path
) -> None:
    root = made_wiki(wiki, tmp_path)
    before = files_below(root)
    run("wiki", "install", wiki, root)
    assert run("wiki", "uninstall", wiki, root).code == 0
    assert files_below(root) == before
    done = run("wiki", "uninstall", wiki, root)
    assert done.code == 2
    assert "is not installed" in done.err


@pytest.mark.parametrize(
    ("line", "loads"),
    [
        ("wfLoadExtension( 'PolicySearch' );", True),
        ('wfLoadExtensions( [ "Cite", "PolicySearch" ] );', True),
        ("# wfLoadExtension( 'PolicySearch' );", False),
        ("wfLoadExtension( 'PolicySearchOther' );", False),
    ],
)
def test_extension_that_is_still_loaded_is_not_removed(
    run: Callable[..., Done], tmp_path: Path, line: str, loads: bool
) -> None:
    root = made_wiki("mediawiki", tmp_path)
    run("wiki", "install", "mediawiki", root)
    (root / "LocalSettings.php").write_text(f"<?php\n{line}\n")
    done = run("wiki", "uninstall", "mediawiki", root)
    assert ("still loads PolicySearch" in done.err) is loads
    assert (root / "extensions" / "PolicySearch").exists() is loads


def test_uninstall_from_dokuwiki_removes_kept_answers_and_names_the_settings(
    run: Callable[..., Done], tmp_path: Path
) -> None:
    root = made_wiki("dokuwiki", tmp_path)
    run("wiki", "install", "dokuwiki", root)
    (root / "conf").mkdir()
    (root / "conf/local.php").write_text(
        f"<?php\n$conf['savedir'] = '{tmp_path}/elsewhere';\n"
        "$conf['plugin']['policysearch']['key'] = 'k';\n"
    )
    for data in (root / "data", tmp_path / "elsewhere"):
        (data / "cache/policysearch").mkdir(parents=True)
        (data / "cache/policysearch/a.json").write_text("{}")
        (data / "cache/others").mkdir()
    done = run("wiki", "uninstall", "dokuwiki", root)
    assert done.code == 0, done.err
    assert f"{root / 'conf/local.php'} still has its settings" in done.out
    for data in (root / "data", tmp_path / "elsewhere"):
        assert [entry.name for entry in (data / "cache").iterdir()] == ["others"]


def test_a_folder_that_cannot_be_written_is_told(
    run: Callable[..., Done], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = made_wiki("mediawiki", tmp_path)

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("service.wiki.plugins.shutil.copytree", refuse)
    done = run("wiki", "install", "mediawiki", root)
    assert done.code == 2
    assert "Permission denied" in done.err


def test_every_setting_is_in_the_guide() -> None:
    guide = (ROOT / "service" / "wiki" / "README.md").read_text("utf-8")
    source = plugin_for("mediawiki").source / "extension.json"
    for name in json.loads(source.read_text("utf-8"))["config"]:
        assert f"`$wg{name}`" in guide, name
    defaults = (plugin_for("dokuwiki").source / "conf" / "default.php").read_text("utf-8")
    names = re.findall(r"^\$conf\['(\w+)'\]", defaults, re.MULTILINE)
    assert len(names) > 8
    for name in names:
        assert f"`{name}`" in guide, name


def test_every_language_has_every_message() -> None:
    folder = plugin_for("mediawiki").source / "i18n"
    messages = {
        file.stem: set(json.loads(file.read_text("utf-8"))) for file in folder.glob("*.json")
    }
    assert set(messages) == {"en", "qqq", "zh-hans", "zh-hant"}
    assert all(keys == messages["en"] for keys in messages.values())
    folder = plugin_for("dokuwiki").source / "lang"
    for name in ("lang.php", "settings.php"):
        keys = {
            file.parent.name: re.findall(r"^\$lang\['(\w+)'\]", file.read_text("utf-8"), re.M)
            for file in folder.glob(f"*/{name}")
        }
        assert set(keys) == {"en", "zh", "zh-tw"}
        assert keys["en"] == keys["zh"] == keys["zh-tw"]


def test_the_plug_ins_are_part_of_the_distribution() -> None:
    import tomllib

    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    patterns = project["tool"]["setuptools"]["package-data"]["service"]
    service = str(ROOT / "service")
    shipped = {  # as setuptools expands them
        Path(service, name)
        for pattern in patterns
        for name in glob.glob(pattern, root_dir=service, recursive=True)  # noqa: PTH207
    }
    for wiki in WIKIS:
        source = plugin_for(wiki).source
        assert {path for path in source.rglob("*") if path.is_file()} <= shipped
