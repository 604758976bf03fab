"""`policy-search import`: pages of a MediaWiki or DokuWiki as policies."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from contextlib import ExitStack
from typing import TYPE_CHECKING, Annotated

import typer

from service.commands import common
from service.progress import progress_reporter
from service.settings import load_settings

if TYPE_CHECKING:
    from service.settings import Settings
    from service.wiki.pull.asking import Asking
    from service.wiki.pull.plan import Options
    from service.wiki.pull.records import Account, Selection, Wiki
    from service.wiki.pull.targets import Target

app = typer.Typer(
    help="Take pages of a wiki as policies, and keep them up to date.",
    no_args_is_help=True,
    rich_markup_mode=None,
)

PagesOption = Annotated[
    list[str] | None,
    typer.Option("--page", help="A page, by its title or id; repeatable.", show_default=False),
]
UserOption = Annotated[
    str | None,
    typer.Option("--user", help="Who reads the wiki, if it is not open.", show_default=False),
]
PasswordOption = Annotated[
    str | None,
    typer.Option(
        "--password-env",
        metavar="NAME",
        help="Environment variable with the password; it is asked for otherwise.",
        show_default=False,
    ),
]
GroupsOption = Annotated[
    list[str] | None,
    typer.Option(
        "--group",
        "--groups",
        help="Group that may read the policies; repeatable. Without: everybody, or as before.",
        show_default=False,
    ),
]
VersionsOption = Annotated[
    int,
    typer.Option(
        "--versions",
        min=1,
        max=50,
        help="Texts of each page to take, newest ones that differ; later imports add to them.",
    ),
]
PrefixOption = Annotated[
    str, typer.Option("--prefix", help="What the policies' ids begin with, such as wiki-.")
]
OrganisationOption = Annotated[
    str | None,
    typer.Option(help="Whose policies they are; else as they say.", show_default=False),
]
DryRunOption = Annotated[bool, typer.Option("--dry-run", help="Only tell what would change.")]
AllowEmptyOption = Annotated[
    bool,
    typer.Option(
        "--allow-empty", help="Where nothing is listed any more, remove all that came from there."
    ),
]
ServerOption = Annotated[
    str | None,
    typer.Option(
        "--server",
        metavar="URL",
        help="Running service to put the policies into, instead of an index directory. Its key, "
        "with the scopes read and write, is taken from POLICY_SEARCH_KEY.",
        show_default=False,
    ),
]
KeyOption = Annotated[
    str | None,
    typer.Option(
        "--key-env",
        metavar="NAME",
        help="Another environment variable with the service's key.",
        show_default=False,
    ),
]


@app.command()
def mediawiki(
    url: Annotated[str, typer.Argument(help="Address of the wiki, or of its api.php.")],
    page: PagesOption = None,
    category: Annotated[
        list[str] | None,
        typer.Option(help="Category whose pages are taken; repeatable.", show_default=False),
    ] = None,
    subcategories: Annotated[
        bool, typer.Option("--subcategories", help="With the pages of the categories in it.")
    ] = False,
    index: common.IndexOption = None,
    model: common.ModelOption = None,
    user: UserOption = None,
    password_env: PasswordOption = None,
    group: GroupsOption = None,
    versions: VersionsOption = 1,
    prefix: PrefixOption = "",
    organisation: OrganisationOption = None,
    dry_run: DryRunOption = False,
    allow_empty: AllowEmptyOption = False,
    server: ServerOption = None,
    key_env: KeyOption = None,
) -> None:
    """Take pages of a MediaWiki as policies.

    Run it again to bring them up to date: a changed page becomes a new version, and a page that was
    deleted or left its category is removed. Policies that did not come from this wiki stay.
    """
    from service.wiki.pull.mediawiki import MediaWiki
    from service.wiki.pull.plan import Options
    from service.wiki.pull.records import Selection

    parts = tuple(name.removeprefix("Category:").strip() for name in category or ())
    selection = Selection(tuple(page or ()), parts, subcategories)
    options = Options(prefix, versions, _groups(group), organisation, allow_empty)
    settings = load_settings(index=index, model=model)
    target = _Target(settings, server, key_env)
    _run(url, MediaWiki, selection, options, target, _account(user, password_env), dry_run)


@app.command()
def dokuwiki(
    url: Annotated[str, typer.Argument(help="Address of the wiki.")],
    page: PagesOption = None,
    namespace: Annotated[
        list[str] | None,
        typer.Option(
            help="Namespace whose pages are taken, with those inside; repeatable.",
            show_default=False,
        ),
    ] = None,
    index: common.IndexOption = None,
    model: common.ModelOption = None,
    user: UserOption = None,
    password_env: PasswordOption = None,
    group: GroupsOption = None,
    versions: VersionsOption = 1,
    prefix: PrefixOption = "",
    organisation: OrganisationOption = None,
    dry_run: DryRunOption = False,
    allow_empty: AllowEmptyOption = False,
    server: ServerOption = None,
    key_env: KeyOption = None,
) -> None:
    """Take pages of a DokuWiki as policies.

    Run it again to bring them up to date: a changed page becomes a new version, and a deleted one
    is removed. Policies that did not come from this wiki stay. Namespaces, revisions and removals
    need the wiki's XML-RPC (its settings `remote` and `remoteuser`); without, only named pages are
    read.
    """
    from service.wiki.pull.plan import Options
    from service.wiki.pull.records import Selection

    selection = Selection(tuple(page or ()), tuple(namespace or ()), True)
    options = Options(prefix, versions, _groups(group), organisation, allow_empty)
    settings = load_settings(index=index, model=model)
    target = _Target(settings, server, key_env)
    _run(url, _dokuwiki, selection, options, target, _account(user, password_env), dry_run)


def _dokuwiki(asking: Asking, account: Account | None) -> Wiki:
    from service.wiki.pull.dokuwiki import DokuWiki, RpcOffError
    from service.wiki.pull.dokuwiki_pages import WITHOUT_RPC, ExportedPages

    try:
        return DokuWiki(asking, account)
    except RpcOffError as error:
        if account is not None:
            common.fail(f"{error}: nobody can sign in, because {WITHOUT_RPC}")
        print(f"policy-search: {WITHOUT_RPC}.", file=sys.stderr)
        return ExportedPages(asking)


class _Target:
    """Where the policies go, opened when the wiki has answered."""

    def __init__(self, settings: Settings, server: str | None, key_env: str | None) -> None:
        self.settings = settings
        self._server, self._key_env = server, key_env
        if key_env and not os.environ.get(key_env):
            common.fail(f"the environment variable {key_env} holds no key")

    def open(self, stack: ExitStack) -> Target:
        from service.wiki.pull.targets import IndexTarget, ServiceTarget

        if self._server is None:
            return IndexTarget(self.settings, common.load_encoder)
        from service.client import PolicySearch

        key = os.environ[self._key_env] if self._key_env else None
        return ServiceTarget(stack.enter_context(PolicySearch(self._server, key=key)))


def _run(
    url: str,
    open_wiki: Callable[[Asking, Account | None], Wiki],
    selection: Selection,
    options: Options,
    where: _Target,
    account: Account | None,
    dry_run: bool,
) -> None:
    from indexer.parsing import PolicyParser
    from service.client import PolicySearchError
    from service.wiki.pull.asking import Asking, Bounds
    from service.wiki.pull.pulling import plan_import
    from service.wiki.pull.telling import print_import

    if not selection.pages and not selection.parts:
        common.fail("name the pages to take: --page, --category or --namespace")
    limits = where.settings.limits
    with ExitStack() as stack:
        asking = stack.enter_context(Asking(url, Bounds(most_bytes=limits.max_bytes)))
        if account and asking.is_readable_by_others:
            print(
                f"policy-search: {url} is asked without encryption: whoever is on the way can read "
                "the password; use https",
                file=sys.stderr,
            )
        parser = stack.enter_context(PolicyParser(limits, always_apart=True))
        try:
            wiki = open_wiki(asking, account)
            target = where.open(stack)
            with progress_reporter() as tell:
                plan = plan_import(wiki, selection, target, options, parser, tell)
            done = [] if dry_run or not plan.changes else target.apply(plan.changes)
        except PolicySearchError as error:
            common.fail(str(error))
    if print_import(plan, done, dry_run=dry_run):
        sys.exit(1)


def _groups(names: list[str] | None) -> tuple[str, ...] | None:
    from indexer.properties import GROUP

    if names is None:
        return None
    groups = [name.strip() for given in names for name in given.split(",") if name.strip()]
    for name in groups:
        if not GROUP.fullmatch(name):
            common.fail(f"{name!r} is no group; expected letters, digits, '.', '_' and '-'")
    return tuple(sorted(set(groups)))


def _account(user: str | None, password_env: str | None) -> Account | None:
    """Who reads the wiki. The password comes from the environment or is asked for."""
    from service.wiki.pull.records import Account

    if user is None:
        if password_env is not None:
            common.fail("--password-env goes with --user")
        return None
    if password_env is not None:
        password = os.environ.get(password_env, "")
        if not password:
            common.fail(f"the environment variable {password_env} holds no password")
    elif sys.stdin.isatty():
        password = typer.prompt(f"Password of {user}", hide_input=True, err=True)
    else:
        common.fail("give the password in an environment variable and name that: --password-env")
    return Account(user, password)
