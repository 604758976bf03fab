"""A service without keys listens on loopback addresses only."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from service.access.addresses import is_loopback_host
from service.access.keys import KeyFile
from service.errors import SettingsError

if TYPE_CHECKING:
    from service.settings import Settings

logger = logging.getLogger(__name__)


def check_listening(settings: Settings) -> None:
    """Raises `SettingsError` where the service would be open to others than this machine.

    Keys that were all revoked count as keys: nobody gets in.
    """
    if KeyFile(settings.keys_file).any():
        return
    try:
        if is_loopback_host(settings.host):
            return
        what = f"{settings.host} can be reached from other machines"
    except OSError as error:
        what = f"{settings.host} cannot be resolved ({error.strerror or error})"
    if settings.insecure:
        logger.warning("%s, and no key was ever made: everybody may do everything", what)
        return
    raise SettingsError(
        f"{what}, and no key was ever made ({settings.keys_file}): everybody who reaches the "
        "service could read every policy. Make a key with `policy-search keys create NAME --scope "
        "search --scope read`, listen on 127.0.0.1, or serve all the same with --insecure "
        "(POLICY_SEARCH_INSECURE=true)."
    )
