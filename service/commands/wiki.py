"""`policy-search wiki`: put the plug-ins into a MediaWiki or DokuWiki, and take them out."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from service.wiki.plugins import Wiki, install, plugin_for, uninstall

app = typer.Typer(
    help="Put the plug-ins for MediaWiki and DokuWiki into a wiki, or take them out.",
    no_args_is_help=True,
    rich_markup_mode=None,
)

WikiArgument = Annotated[Wiki, typer.Argument(help="Which wiki.", show_default=False)]
FolderArgument = Annotated[
    Path,
    typer.Argument(metavar="DIR", help="The wiki's folder, or the one of its plug-ins."),
]

_MEDIAWIKI_LINES = """\
wfLoadExtension( 'PolicySearch' );
# Where the wiki's server reaches policy-search
$wgPolicySearchUrl = 'http://127.0.0.1:8080';
# Made by: policy-search keys create wiki --scope search
$wgPolicySearchKey = 'KEY';
# Where readers reach policy-search
$wgPolicySearchLinkBase = 'https://policies.example.com';
"""


@app.command()
def path(wiki: WikiArgument) -> None:
    """Print the folder of a plug-in, to copy it by other means."""
    print(plugin_for(wiki).source)


@app.command("install")
def install_plugin(wiki: WikiArgument, directory: FolderArgument) -> None:
    """Copy a plug-in into a wiki; an older one is replaced."""
    installed = install(wiki, directory)
    print(f"{installed.folder} is installed ({installed.version}", end="")
    if installed.replaced is not None:
        print(f"; it replaced {installed.replaced}). The settings are as they were.")
        return
    print(").\n")
    if wiki == "mediawiki":
        print("Add these lines to the end of LocalSettings.php, with your own values:\n")
        print(_MEDIAWIKI_LINES, end="")
    else:
        print("Sign in to the wiki as an administrator and set url, key and link_base at")
        print("Admin → Configuration Settings → Policysearch (?do=admin&page=config).")
        print("The key is made by: policy-search keys create wiki --scope search")


@app.command("uninstall")
def uninstall_plugin(wiki: WikiArgument, directory: FolderArgument) -> None:
    """Remove a plug-in from a wiki, with the answers that it kept there in files."""
    removed = uninstall(wiki, directory)
    for folder in removed.folders:
        print(f"Removed {folder}.")
    for file in removed.settings:
        print(f"{file} still has its settings, the key among them: remove those lines.")
