"""Installing, upgrading and removing the plug-ins leaves a wiki as it was."""

from __future__ import annotations

import os
import sqlite3
import time
from pathlib import Path

import pytest

if not os.environ.get("POLICY_SEARCH_WIKI"):
    pytest.skip("runs with `make test-wiki`", allow_module_level=True)

from service.wiki.plugins import plugin_for
from tests.wiki.conftest import Keys, Questions, block, blocks, get
from tests.wiki.rig import ROOT, Service, WikiSite, run_command, run_php


def program_files(wiki: WikiSite) -> set[str]:
    """All files of a wiki but what it makes again by itself."""
    own = {"data/cache", "data/tmp", "data/index", "data/meta", "data/log", "data/locks"}
    return {
        name
        for path in wiki.root.rglob("*")
        if not any((name := path.relative_to(wiki.root).as_posix()).startswith(o) for o in own)
    }


def kept_rows(wiki: WikiSite) -> list[tuple[str, str, str]]:
    """Where the databases of a MediaWiki speak of the plug-in: table, key and end of each row."""
    found = []
    for file in (wiki.root.parent / "data").glob("*.sqlite"):
        with sqlite3.connect(file) as database:
            tables = database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
            for (table,) in tables.fetchall():
                for row in database.execute(f"SELECT * FROM '{table}'"):
                    if "policysearch" in str(row).lower():
                        ends = str(row[2]) if table == "objectcache" else ""
                        found.append((table, str(row[0]), ends))
    return found


def test_every_file_of_the_plug_ins_is_valid() -> None:
    files = sorted((ROOT / "service" / "wiki").rglob("*.php"))
    assert len(files) > 15
    for file in files:
        run_php("-l", file)


def test_newer_plug_in_replaces_an_older_one(wiki: WikiSite, questions: Questions) -> None:
    plugin = plugin_for(wiki.kind)  # type: ignore[arg-type]
    marker = wiki.plugin / plugin.marker
    older = marker.read_text().replace("0.1.0", "0.0.9").replace("2026-", "2025-")
    marker.write_text(older)
    (wiki.plugin / "no_longer_part_of_it.php").write_text("<?php")
    done = run_command("wiki", "install", wiki.kind, wiki.root)
    assert done.returncode == 0, done.stderr
    assert "it replaced" in done.stdout
    assert not (wiki.plugin / "no_longer_part_of_it.php").exists()
    assert marker.read_text() != older
    assert not list(wiki.plugin.parent.glob(".[pP]olicy*"))
    assert block(get(wiki.search_url(questions.english))).css("li")


def test_removal_leaves_the_wiki_clean(
    wiki: WikiSite, service: Service, keys: Keys, questions: Questions
) -> None:
    assert block(get(wiki.search_url(questions.english))).css("li")
    with_plugin = program_files(wiki)
    done = run_command("wiki", "uninstall", wiki.kind, wiki.root)
    if wiki.kind == "mediawiki":
        assert done.returncode == 2
        assert "still loads PolicySearch" in done.stderr
        assert wiki.plugin.exists()
        wiki.configure(None)
        done = run_command("wiki", "uninstall", wiki.kind, wiki.root)
    else:
        assert f"{wiki.settings} still has its settings" in done.stdout
        wiki.configure(None)
    try:
        assert done.returncode == 0, done.stderr
        assert not wiki.plugin.exists()
        page = get(wiki.search_url(questions.english))
        assert not blocks(page)
        assert not (wiki.root / "data/cache/policysearch").exists()
        own = wiki.plugin.relative_to(wiki.root).as_posix()
        gone = with_plugin - program_files(wiki)
        assert gone
        assert all(name.startswith(own) for name in gone)
        assert not [name for name in program_files(wiki) if "policysearch" in name.lower()]
        soon = time.strftime("%Y%m%d%H%M%S", time.gmtime(time.time() + 86400 + 60))
        for table, key, ends in kept_rows(wiki):
            # Cached answers and pages, which end by themselves.
            assert table in {"objectcache", "text", "searchindex", "searchindex_content"}, key
            assert ends < soon or table != "objectcache", key
    finally:
        run_command("wiki", "install", wiki.kind, wiki.root)


def test_debians_own_files_are_untouched(wiki: WikiSite) -> None:
    for folder in ("/usr/share/mediawiki", "/var/lib/mediawiki", "/usr/share/dokuwiki",
                   "/var/lib/dokuwiki", "/etc/dokuwiki"):  # fmt: skip
        names = [path.name.lower() for path in Path(folder).rglob("*")]
        assert names
        assert not [name for name in names if "policysearch" in name]
