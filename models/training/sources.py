"""Where the training text comes from: Debian packages that hold the same text in both languages.

Each source names its packages, the licence of their texts and how they are read. Nothing of them
is part of this project: `packages.py` fetches them by name into a cache.
Texts of policies and of question-answering data are no sources: those measure the result.
"""

from __future__ import annotations

from dataclasses import dataclass

from models.training.catalogues import json_messages, php_messages, properties_messages
from models.training.readers import (
    chromium_packs,
    gettext_catalogues,
    html_by_id,
    html_by_structure,
    mallard_pages,
    mozilla_archives,
    text_catalogues,
)
from models.training.records import Reader


@dataclass(frozen=True)
class Source:
    """Parallel text of one origin.

    `share` is the part of its documents that is used; `traditional` tells Chinese in traditional
    characters, whose English may occur in another source as well; `limit` is the greatest number
    of pairs taken, so that no one kind of text outweighs the rest.
    """

    name: str
    packages: tuple[str, ...]
    licence: str
    read: Reader
    limit: int = 100_000
    share: float = 1.0
    traditional: bool = False


_HELP = "usr/share/libreoffice/help"
_GIMP = "usr/share/gimp/2.0/help"
_REFERENCE = "usr/share/debian-reference"
_FAQ = "usr/share/doc/debian/FAQ"
_HANDBOOK = "usr/share/doc/debian-handbook/html"
_GUIDE = "usr/share/doc/installation-guide-amd64"
_MO = "usr/share/locale/zh_CN/LC_MESSAGES/*.mo"
_ZABBIX = "usr/share/zabbix/locale/zh_CN/LC_MESSAGES/*.mo"
_CHROMIUM = "usr/lib/chromium/locales"
_FIREFOX = ("usr/lib/firefox-esr/browser/omni.ja", "usr/lib/firefox-esr/omni.ja")
# The rights page repeats Mozilla's legal texts, of which evaluation tasks are made.
_LEGAL = "ights"

_GNOME_APPLICATIONS = (
    "evince-common", "nautilus-data", "seahorse", "gnome-control-center-data",
    "gnome-initial-setup", "evolution-common",
)  # fmt: skip
# The campaigns of a game: dialogue and narrative.
_CAMPAIGNS = tuple(
    f"wesnoth-1.16-{name}"
    for name in (
        "data", "did", "dm", "dw", "ei", "httt", "l", "low", "nr", "sof", "sota", "sotbe", "thot",
        "trow", "tsg", "ttb", "utbs",
    )
)  # fmt: skip
_KDE_APPLICATIONS = (
    "plasma-desktop-data", "plasma-workspace-data", "kdepim-addons", "kdenlive-data",
    "krita-l10n", "digikam-data",
)  # fmt: skip

SOURCES = (
    Source(
        "libreoffice-help",
        ("libreoffice-help-en-us", "libreoffice-help-zh-cn"),
        "MPL-2.0",
        html_by_id(f"{_HELP}/en-US", f"{_HELP}/zh-CN"),
    ),
    Source(
        "gimp-help",
        ("gimp-help-en", "gimp-help-zh-cn"),
        "GFDL-1.2+",
        html_by_structure(f"{_GIMP}/en", f"{_GIMP}/zh_CN"),
    ),
    Source(
        "debian-reference",
        ("debian-reference-en", "debian-reference-zh-cn"),
        "GPL-2+",
        html_by_structure(_REFERENCE, _REFERENCE, ("en", "zh-cn")),
    ),
    Source(
        "debian-faq",
        ("debian-faq", "debian-faq-zh-cn"),
        "free, to be passed on under its own notice",
        html_by_structure(_FAQ, f"{_FAQ}/zh-cn", ("en", "zh-cn")),
    ),
    Source(
        "debian-handbook",
        ("debian-handbook",),
        "CC-BY-SA-3.0 or GPL-2+",
        html_by_structure(f"{_HANDBOOK}/en-US", f"{_HANDBOOK}/zh-CN"),
    ),
    Source(
        "installation-guide",
        ("installation-guide-amd64",),
        "GPL-2+",
        html_by_structure(f"{_GUIDE}/en", f"{_GUIDE}/zh_CN"),
    ),
    Source(
        "debian-edu",
        ("debian-edu-doc-en", "debian-edu-doc-zh-cn"),
        "GPL-2+",
        html_by_structure("usr/share/doc/debian-edu-doc-en", "usr/share/doc/debian-edu-doc-zh-cn"),
    ),
    Source(
        "maint-guide",
        ("maint-guide", "maint-guide-zh-cn"),
        "GPL-2+",
        html_by_structure(
            "usr/share/doc/maint-guide/html",
            "usr/share/doc/maint-guide-zh-cn/html",
            ("en", "zh-cn"),
        ),
    ),
    Source(
        "debmake-doc",
        ("debmake-doc",),
        "MIT",
        html_by_structure(
            "usr/share/doc/debmake-doc/html", "usr/share/doc/debmake-doc/html", ("en", "zh-cn")
        ),
    ),
    Source(
        "kicad-doc",
        ("kicad-doc-en", "kicad-doc-zh"),
        "GPL-3+",
        html_by_structure("usr/share/doc/kicad/help/en", "usr/share/doc/kicad/help/zh"),
    ),
    Source(
        "gnome-help",
        ("gnome-user-docs",),
        "CC-BY-SA-3.0",
        mallard_pages("usr/share/help/C", "usr/share/help/zh_CN"),
    ),
    Source(
        "mediawiki",
        ("mediawiki",),
        "GPL-2+",
        text_catalogues(
            "usr/share/mediawiki/**/en.json", "/en.json", "/zh-hans.json", json_messages
        ),
    ),
    Source(
        "wesnoth",
        _CAMPAIGNS,
        "GPL-2+",
        gettext_catalogues("usr/share/games/wesnoth/1.16/locale/zh_CN/LC_MESSAGES/*.mo"),
    ),
    Source("freeciv", ("freeciv-data",), "GPL-2+", gettext_catalogues(_MO)),
    # Descriptions of everyday things, animals, jobs, films: the widest vocabulary of all.
    Source("cataclysm", ("cataclysm-dda-data",), "CC-BY-SA-3.0", gettext_catalogues(_MO)),
    Source(
        "freecol",
        ("freecol",),
        "GPL-2+",
        text_catalogues(
            "usr/share/games/freecol/strings/FreeColMessages.properties",
            ".properties",
            "_zh_CN.properties",
            properties_messages,
        ),
    ),
    Source("science", ("kstars-data", "kalzium-data"), "GPL-2+", gettext_catalogues(_MO)),
    Source(
        "chromium",
        ("chromium-l10n",),
        "BSD-3-clause",
        chromium_packs(f"{_CHROMIUM}/en-GB.pak", f"{_CHROMIUM}/zh-CN.pak"),
    ),
    Source(
        "firefox",
        ("firefox-esr", "firefox-esr-l10n-zh-cn"),
        "MPL-2.0",
        mozilla_archives(_FIREFOX, "usr/lib/firefox-esr/browser/extensions/*zh-CN*.xpi", _LEGAL),
    ),
    Source(
        "thunderbird",
        ("thunderbird", "thunderbird-l10n-zh-cn"),
        "MPL-2.0",
        mozilla_archives(
            ("usr/share/thunderbird/omni.ja",),
            "usr/lib/thunderbird/extensions/*zh-CN*.xpi",
            _LEGAL,
        ),
    ),
    Source(
        "wordpress",
        ("wordpress-l10n",),
        "GPL-2+",
        gettext_catalogues("usr/share/wordpress/wp-content/languages/*zh_CN.mo"),
    ),
    Source(
        "phpmyadmin",
        ("phpmyadmin",),
        "GPL-2",
        gettext_catalogues("usr/share/phpmyadmin/locale/zh_CN/LC_MESSAGES/*.mo"),
    ),
    Source(
        "roundcube",
        ("roundcube-core",),
        "GPL-3+",
        text_catalogues("usr/share/roundcube/**/en_US/*.inc", "en_US", "zh_CN", php_messages),
    ),
    Source(
        "dokuwiki",
        ("dokuwiki",),
        "GPL-2",
        text_catalogues("usr/share/dokuwiki/**/lang/en/*.php", "/en/", "/zh/", php_messages),
    ),
    Source(
        "onionshare",
        ("onionshare",),
        "GPL-3+",
        text_catalogues(
            "usr/share/onionshare/locale/en.json", "en.json", "zh_Hans.json", json_messages
        ),
    ),
    Source("gnome-applications", _GNOME_APPLICATIONS, "GPL-2+ and LGPL", gettext_catalogues(_MO)),
    Source(
        "kde-applications", _KDE_APPLICATIONS, "GPL-2+, GPL-3+ and LGPL", gettext_catalogues(_MO)
    ),
    Source(
        "finance",
        ("gnucash-common", "kmymoney-common"),
        "GPL-2+",
        gettext_catalogues(_MO),
    ),
    Source("genealogy", ("gramps",), "GPL-2+", gettext_catalogues(_MO)),
    Source("lyx", ("lyx-common",), "GPL-2+", gettext_catalogues(_MO)),
    Source("zabbix", ("zabbix-frontend-php",), "GPL-2+", gettext_catalogues(_ZABBIX)),
    Source("vlc", ("vlc-l10n",), "GPL-2+", gettext_catalogues(_MO)),
    Source(
        "command-line",
        ("git", "gnupg-l10n", "apt", "dpkg", "aptitude-common"),
        "GPL-2, GPL-2+ and GPL-3+",
        gettext_catalogues(_MO),
    ),
    Source(
        "libreoffice-ui",
        ("libreoffice-l10n-zh-cn",),
        "MPL-2.0",
        gettext_catalogues("usr/lib/libreoffice/program/resource/zh_CN/LC_MESSAGES/*.mo"),
    ),
    Source(
        "libreoffice-help-traditional",
        ("libreoffice-help-en-us", "libreoffice-help-zh-tw"),
        "MPL-2.0",
        html_by_id(f"{_HELP}/en-US", f"{_HELP}/zh-TW"),
        share=0.2,
        traditional=True,
    ),
    Source(
        "debian-reference-traditional",
        ("debian-reference-en", "debian-reference-zh-tw"),
        "GPL-2+",
        html_by_structure(_REFERENCE, _REFERENCE, ("en", "zh-tw")),
        share=0.5,
        traditional=True,
    ),
    Source(
        "wesnoth-traditional",
        _CAMPAIGNS,
        "GPL-2+",
        gettext_catalogues("usr/share/games/wesnoth/1.16/locale/zh_TW/LC_MESSAGES/*.mo"),
        share=0.5,
        traditional=True,
    ),
    Source(
        "firefox-traditional",
        ("firefox-esr", "firefox-esr-l10n-zh-tw"),
        "MPL-2.0",
        mozilla_archives(_FIREFOX, "usr/lib/firefox-esr/browser/extensions/*zh-TW*.xpi", _LEGAL),
        share=0.3,
        traditional=True,
    ),
)
# The small ones that the short form of training uses.
SMOKE_SOURCES = ("debian-faq", "maint-guide")
