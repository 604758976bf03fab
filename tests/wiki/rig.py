"""A MediaWiki and a DokuWiki of Debian's packages, each in a temporary folder and served by PHP.

Debian's files stay as they are: MediaWiki runs from links to them, DokuWiki from a copy.
"""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import httpx

ROOT = Path(__file__).resolve().parents[2]
MEDIAWIKI = Path("/usr/share/mediawiki")
DOKUWIKI = Path("/usr/share/dokuwiki")
PASSWORD = "lantern-Works-4417"
WELCOME = "Welcome to the handbook of Lanternworks. 欢迎阅读员工手册。"

# Changed settings count at once.
SERVE = ["php", "-d", "opcache.enable=0", "-d", "memory_limit=256M", "-d", "log_errors=1"]
# Nothing goes through a proxy that the machine may have.
ENVIRONMENT = {"PATH": os.environ["PATH"], "LANG": "C.UTF-8", "no_proxy": "*"}


@dataclass(frozen=True)
class WikiSite:
    """A wiki that is being served. `root` is the folder that an administrator would name."""

    kind: str
    url: str
    root: Path
    settings: Path
    plain: str
    """The text of its settings without the plug-in."""

    @property
    def plugin(self) -> Path:
        """The plug-in's folder in it."""
        names = {"mediawiki": "extensions/PolicySearch", "dokuwiki": "lib/plugins/policysearch"}
        return self.root / names[self.kind]

    @property
    def log(self) -> Path:
        """What PHP had to say."""
        return self.root.parent / "php.log"

    def configure(
        self, plugin: dict[str, object] | None, lang: str = "en", extra: str = ""
    ) -> None:
        """Writes the wiki's settings anew; without `plugin` they say nothing of it."""
        if self.kind == "mediawiki":
            text = f"$wgLanguageCode = '{lang}';\n{extra}\n"
            if plugin is not None:
                names = {"cache_ttl": "CacheTTL"}
                text += "wfLoadExtension( 'PolicySearch' );\n"
                for name, value in plugin.items():
                    camel = names.get(name, name.title().replace("_", ""))
                    text += f"$wgPolicySearch{camel} = {_in_php(value)};\n"
        else:
            lang = {"zh-hans": "zh", "zh-hant": "zh-tw"}.get(lang, lang)
            text = f"$conf['lang'] = '{lang}';\n{extra}\n"
            for name, value in (plugin or {}).items():
                text += f"$conf['plugin']['policysearch']['{name}'] = {_in_php(value)};\n"
        self.settings.write_text(f"{self.plain}\n{text}", "utf-8")

    def search_url(self, question: str) -> str:
        """The wiki's own search page."""
        if self.kind == "mediawiki":
            return f"{self.url}/index.php?title=Special:Search&fulltext=1&search={quote(question)}"
        return f"{self.url}/doku.php?id=start&do=search&q={quote(question)}"

    def page_url(self, name: str) -> str:
        script, argument = {"mediawiki": ("index", "title"), "dokuwiki": ("doku", "id")}[self.kind]
        return f"{self.url}/{script}.php?{argument}={quote(name)}"

    def write(self, name: str, text: str) -> None:
        """Writes a page."""
        if self.kind == "mediawiki":
            script = MEDIAWIKI / "maintenance/edit.php"
            run_php(script, "--conf", self.settings, "--user", "Admin", name, text=text)
        else:
            (self.root / "data/pages" / f"{name}.txt").write_text(text, "utf-8")


def _in_php(value: object) -> str:
    return json.dumps(value).replace("$", "\\$") if not isinstance(value, list) else str(value)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port: int = taken.getsockname()[1]
    return port


@contextmanager
def process(
    arguments: list[str | Path], env: dict[str, str], log: Path, cwd: Path
) -> Iterator[None]:
    """A process for as long as it is needed, with those that it started."""
    with log.open("ab") as out:
        running = subprocess.Popen(
            list(map(str, arguments)),
            env=env,
            cwd=cwd,
            stdout=out,
            stderr=out,
            start_new_session=True,
        )
        try:
            yield
        finally:
            os.killpg(running.pid, 15)
            running.wait(30)


def wait_for(url: str, log: Path, seconds: float = 60) -> None:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        try:
            if httpx.get(url, timeout=10).status_code < 400:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.2)
    raise AssertionError(f"{url} does not answer:\n{log.read_text(errors='replace')[-3000:]}")


@contextmanager
def mediawiki(folder: Path) -> Iterator[WikiSite]:
    """A MediaWiki on SQLite, in English, with an administrator `Admin` and two pages."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    root = folder / "w"
    for name in ("data", "images", "cache", "w/extensions"):
        (folder / name).mkdir(parents=True)
    for entry in Path("/var/lib/mediawiki").iterdir():
        if entry.name not in {"LocalSettings.php", "images", "extensions", "config", "cache"}:
            (root / entry.name).symlink_to(entry.resolve())
    (root / "images").symlink_to(folder / "images")
    run_php(MEDIAWIKI / "maintenance/install.php", "--dbtype", "sqlite", "--dbname", "wiki",
            "--dbpath", folder / "data", "--confpath", folder, "--server", url, "--scriptpath", "",
            "--lang", "en", "--pass", PASSWORD, "Lanternworks Wiki", "Admin")  # fmt: skip
    settings = root / "LocalSettings.php"
    (folder / "LocalSettings.php").rename(settings)
    with settings.open("a") as file:
        file.write(
            "$wgJobRunRate = 0;\n$wgEnableUploads = false;\n"
            f"$wgExtensionDirectory = '{root}/extensions';\n"
            f"$wgCacheDirectory = '{folder}/cache';\n"
        )
    site = WikiSite("mediawiki", url, root, settings, settings.read_text())
    site.write("Handbook", WELCOME)
    router = folder / "router.php"
    router.write_text(_MEDIAWIKI_ROUTER)
    env = ENVIRONMENT | {"MW_CONFIG_FILE": str(settings), "PHP_CLI_SERVER_WORKERS": "2"}
    log = folder / "php.log"
    served: list[str | Path] = [*SERVE, "-S", f"127.0.0.1:{port}", "-t", root, router]
    with process(served, env, log, cwd=root):
        wait_for(f"{url}/index.php", log)
        yield site


@contextmanager
def dokuwiki(folder: Path) -> Iterator[WikiSite]:
    """A DokuWiki in English, with an administrator `admin`, who is the only one to write."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    root = folder / "dokuwiki"
    shutil.copytree(DOKUWIKI, root, symlinks=False, ignore=shutil.ignore_patterns("preload.php"))
    (root / "conf").mkdir()
    for file in Path("/etc/dokuwiki").iterdir():
        if file.is_file() and file.name not in {"local.php", "apache.conf", "lighttpd.conf"}:
            shutil.copyfile(file, root / "conf" / file.name)
    for name in ("attic", "cache", "index", "locks", "log", "media", "media_attic", "media_meta",
                 "meta", "pages", "tmp"):  # fmt: skip
        (root / "data" / name).mkdir(parents=True)
    settings = root / "conf" / "local.php"
    settings.write_text(
        # Debian's own default for the data is a folder of Debian's.
        "<?php\n$conf['title'] = 'Lanternworks Wiki';\n$conf['savedir'] = './data';\n"
        "$conf['useacl'] = 1;\n$conf['superuser'] = '@admin';\n"
        "$conf['updatecheck'] = 0;\n$conf['allowdebug'] = 0;\n"
    )
    (root / "conf/acl.auth.php").write_text("* @ALL 1\n")
    hashed = run_php("-r", f"echo password_hash('{PASSWORD}', PASSWORD_BCRYPT);")
    (root / "conf/users.auth.php").write_text(
        f"admin:{hashed}:Admin:admin@wiki.example:admin,user\n"
    )
    (root / "data/pages/start.txt").write_text(f"====== Handbook ======\n\n{WELCOME}\n", "utf-8")
    # All that PHP remarks goes into the log, not into the pages.
    quiet = folder / "quiet.php"
    quiet.write_text("<?php define('DOKU_E_LEVEL', E_ALL);\nini_set('display_errors', '0');\n")
    env = ENVIRONMENT | {"PHP_CLI_SERVER_WORKERS": "2"}
    log = folder / "php.log"
    served: list[str | Path] = [
        *SERVE, "-d", f"auto_prepend_file={quiet}", "-S", f"127.0.0.1:{port}", "-t", root,
    ]  # fmt: skip
    with process(served, env, log, cwd=root):
        wait_for(f"{url}/doku.php", log)
        yield WikiSite("dokuwiki", url, root, settings, settings.read_text())


class Service:
    """policy-search on an index, as an administrator starts and stops it."""

    def __init__(self, index: Path, log: Path) -> None:
        self.index = index
        self.url = f"http://127.0.0.1:{free_port()}"
        self._log = log
        self._stop = ExitStack()

    def start(self) -> None:
        arguments: list[str | Path] = [
            sys.executable, "-m", "service.cli", "serve", "--index", self.index,
            "--port", self.url.rpartition(":")[2],
        ]  # fmt: skip
        self._stop.enter_context(process(arguments, service_environment(), self._log, cwd=ROOT))
        wait_for(f"{self.url}/readyz", self._log, 300)

    def stop(self) -> None:
        self._stop.close()

    @contextmanager
    def stopped(self) -> Iterator[None]:
        self.stop()
        try:
            yield
        finally:
            self.start()


def run_command(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """`policy-search`, as an administrator runs it."""
    return subprocess.run(
        [sys.executable, "-m", "service.cli", *map(str, arguments)],
        env=service_environment(), cwd=ROOT, text=True, capture_output=True, check=False,
    )  # fmt: skip


def service_environment() -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if "POLICY_SEARCH" not in name}
    return kept | {"PYTHONPATH": str(ROOT)}


def run_php(*arguments: str | Path, text: str = "") -> str:
    done = subprocess.run(
        ["php", *map(str, arguments)],
        env=ENVIRONMENT, input=text, text=True, capture_output=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


_MEDIAWIKI_ROUTER = r"""<?php
// Scripts by their names, files as they are.
$path = parse_url( $_SERVER['REQUEST_URI'], PHP_URL_PATH );
if ( $path === '/' ) {
	header( 'Location: /index.php' );
	return;
}
if ( preg_match( '#^/(index|api|load|rest|opensearch_desc)\.php#', $path, $parts ) ) {
	$_SERVER['SCRIPT_NAME'] = $_SERVER['PHP_SELF'] = "/$parts[1].php";
	$_SERVER['SCRIPT_FILENAME'] = $_SERVER['DOCUMENT_ROOT'] . "/$parts[1].php";
	require $_SERVER['SCRIPT_FILENAME'];
	return;
}
if ( is_file( $_SERVER['DOCUMENT_ROOT'] . $path ) && !str_ends_with( $path, '.php' ) ) {
	return false;
}
http_response_code( 404 );
echo 'not found';
"""
