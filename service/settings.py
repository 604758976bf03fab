"""The settings of the service: environment variables `POLICY_SEARCH_…`, each documented here.

The table in the README is `settings_table()`; a test compares the two.
"""

from __future__ import annotations

import difflib
import logging
import os
from collections.abc import Callable, Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any, Literal

from pydantic import ByteSize, Field, SecretStr, ValidationError, field_validator
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, SettingsConfigDict

from indexer.limits import KEEP_VERSIONS, MIB, Limits
from service.access.addresses import parse_networks
from service.access.origins import parse_ancestors, parse_origins
from service.errors import SettingsError

ENV_PREFIX = "POLICY_SEARCH_"
_KEY_OF_THE_CLIENT = ENV_PREFIX + "KEY"
"""`service.client` reads it; it is no misspelt `POLICY_SEARCH_KEYS`."""

LogLevel = Literal["debug", "info", "warning", "error"]
LogFormat = Literal["json", "text"]

_LIMITS = Limits()
_LARGEST = 2**40
logger = logging.getLogger(__name__)


class Settings(BaseSettings):
    """What an operator can choose. Every field is read from `POLICY_SEARCH_<FIELD>`.

    An empty variable counts as absent. Use `load_settings`, which explains a bad value.
    """

    model_config = SettingsConfigDict(
        env_prefix=ENV_PREFIX, env_ignore_empty=True, extra="forbid", frozen=True
    )

    index: Path = Field(
        default=Path(".policy-search/index"),
        description="Index directory to serve; it may appear after the start.",
    )
    model: str = Field(
        default="embedded",
        min_length=1,
        description="Encoder: `embedded`, a sentence-transformers model name, or a model folder. "
        "It must be the one that built the index.",
    )
    offline: bool = Field(
        default=True,
        description="Never ask the network for a model; `false` lets a model name be downloaded.",
    )
    cache: Path | None = Field(
        default=None,
        description="Folder for converted models; the user's cache folder unless given.",
    )
    glossary: Path | None = Field(
        default=None,
        description="File of terms that mean the same in English and Chinese; the packaged one "
        "unless given.",
    )
    topics: Path | None = Field(
        default=None,
        description="File of the topics that the coverage table is about; the packaged ones "
        "unless given.",
    )
    threads: int | None = Field(
        default=None,
        ge=1,
        le=1024,
        description="CPU threads that encode one query; the encoder decides unless given.",
    )
    host: str = Field(
        default="127.0.0.1",
        min_length=1,
        description="Address to listen on; `0.0.0.0` for every network interface.",
    )
    port: int = Field(
        default=8080, ge=0, le=65535, description="Port to listen on; `0` takes any free one."
    )
    refresh_seconds: float = Field(
        default=1.0,
        ge=0.05,
        le=3600,
        allow_inf_nan=False,
        description="Seconds between looks for a newly published index.",
    )
    query_cache: int = Field(
        default=4096,
        ge=0,
        le=10_000_000,
        description="Questions whose vectors are kept for when they are asked again, 2 kB each.",
    )
    max_query_chars: int = Field(
        default=2000, ge=1, le=1_000_000, description="Longest query accepted, in characters."
    )
    max_limit: int = Field(
        default=100, ge=1, le=10_000, description="Most hits that one page may ask for."
    )
    max_offset: int = Field(
        default=10_000, ge=0, le=10_000_000, description="Most hits that a page may skip."
    )
    max_bytes: ByteSize = Field(
        default=ByteSize(_LIMITS.max_bytes),
        ge=1,
        le=_LARGEST,
        description="Largest policy file that is read. Sizes are bytes, or such as `64MiB`.",
    )
    max_expanded_bytes: ByteSize = Field(
        default=ByteSize(_LIMITS.max_expanded_bytes),
        ge=1,
        le=_LARGEST,
        description="Largest size of all parts of a DOCX file together, unpacked.",
    )
    max_expansion: int = Field(
        default=_LIMITS.max_expansion,
        ge=1,
        description="Unpacked size over packed size above which a DOCX file is refused as a bomb.",
    )
    max_pages: int = Field(
        default=_LIMITS.max_pages, ge=1, description="Most pages of a policy file."
    )
    max_blocks: int = Field(
        default=_LIMITS.max_blocks,
        ge=1,
        description="Most paragraphs, headings, list items and table rows of a policy file.",
    )
    max_characters: int = Field(
        default=_LIMITS.max_characters, ge=1, description="Longest text of a policy file."
    )
    max_nesting: int = Field(
        default=_LIMITS.max_nesting,
        ge=1,
        description="Deepest nesting of elements in a policy file.",
    )
    max_seconds: float = Field(
        default=_LIMITS.max_seconds,
        gt=0,
        le=86_400,
        allow_inf_nan=False,
        description="Longest time to read one policy file, in seconds.",
    )
    max_memory: ByteSize = Field(
        default=ByteSize(_LIMITS.max_memory),
        ge=128 * MIB,
        le=_LARGEST,
        description="Most memory (address space) of the process that reads policy files; "
        "Linux alone enforces it.",
    )
    keep_versions: int = Field(
        default=KEEP_VERSIONS,
        ge=0,
        le=10_000,
        description="Superseded versions of each policy that stay to be cited.",
    )
    log_level: LogLevel = Field(
        default="info",
        description="Least severe log lines written: `debug`, `info`, `warning` or `error`.",
    )

    keys: Path | None = Field(
        default=None,
        description="File of API keys; `keys.sqlite` inside the index directory unless given.",
    )
    insecure: bool = Field(
        default=False,
        description="Listen on any address although no key was ever made; without it a service "
        "without keys listens on loopback addresses only.",
    )
    rate_per_key: str = Field(
        default="1200/minute",
        description="Most requests with one key, such as `10/second` or `600/minute`; `off` for "
        "any number.",
    )
    rate_per_address: str = Field(
        default="2400/minute",
        description="Most requests from one address (of IPv6, from one /64 network), or `off`. A "
        "service without keys does not count loopback addresses.",
    )
    rate_of_failures: str = Field(
        default="30/minute",
        description="Most requests with an invalid key from one address that are told so, or "
        "`off`; a good key from there works all the same.",
    )
    trusted_proxies: str | None = Field(
        default=None,
        description="Addresses or networks of reverse proxies, comma-separated, whose "
        "`X-Forwarded-For` is believed; nobody's unless given.",
    )
    cors_origins: str | None = Field(
        default=None,
        description="Origins, comma-separated, whose pages may search from a browser, such as "
        "`https://wiki.example`; none unless given, `*` for any where keys are used.",
    )
    frame_ancestors: str = Field(
        default="'self'",
        description="Who may show `/embed` in a frame: origins, comma-separated, such as "
        "`https://wiki.example` or `https://*.corp.example`; `'self'`, `'none'`, or `*`.",
    )
    embed_key: SecretStr | None = Field(
        default=None,
        description="Key with which `/embed` searches. Whoever opens the page can read it: it may "
        "have the scope `search` alone, or the service does not start.",
    )
    max_upload_bytes: ByteSize = Field(
        default=ByteSize(_LIMITS.max_bytes),
        ge=1,
        le=_LARGEST,
        description="Largest body of a request that uploads a policy, such as `64MiB`; others "
        "take 1 MiB.",
    )
    request_seconds: float = Field(
        default=30.0,
        gt=0,
        le=86_400,
        allow_inf_nan=False,
        description="Longest time to begin an answer once the request is there; then it is 503. "
        "Uploads take as long as they take.",
    )
    body_seconds: float = Field(
        default=15.0,
        gt=0,
        le=3600,
        allow_inf_nan=False,
        description="Longest time for a request's headers, and then its body, to arrive; large "
        "bodies get a second more for each 16 KiB.",
    )
    log_format: LogFormat | None = Field(
        default=None,
        description="Form of the service's log: `json` (one object a line) or `text`; unless "
        "given, text on a terminal and JSON elsewhere.",
    )
    log_queries: bool = Field(
        default=False,
        description="Log the questions that are asked; without it no line holds any.",
    )
    shutdown_seconds: float = Field(
        default=10.0,
        ge=0,
        le=3600,
        allow_inf_nan=False,
        description="Longest time for running requests to finish when the service is told to end.",
    )
    shutdown_delay_seconds: float = Field(
        default=0.0,
        ge=0,
        le=3600,
        allow_inf_nan=False,
        description="Time to go on answering before that, while `/readyz` says 503 already: what "
        "load balancers need to notice.",
    )

    @property
    def limits(self) -> Limits:
        """What one policy file may be."""
        return Limits(**{field.name: getattr(self, field.name) for field in fields(Limits)})

    @property
    def keys_file(self) -> Path:
        """Where the keys are."""
        return self.keys or self.index / "keys.sqlite"

    @field_validator("index", "cache", "keys", "glossary", "topics")
    @classmethod
    def _expand_home(cls, value: Path | None) -> Path | None:
        return None if value is None else value.expanduser()

    @field_validator("rate_per_key", "rate_per_address", "rate_of_failures")
    @classmethod
    def _rate(cls, value: str) -> str:
        from service.access.rates import parse_rate

        parse_rate(value)
        return value

    @field_validator("trusted_proxies")
    @classmethod
    def _networks(cls, value: str | None) -> str | None:
        parse_networks(value)
        return value

    @field_validator("cors_origins")
    @classmethod
    def _origins(cls, value: str | None) -> str | None:
        parse_origins(value)
        return value

    @field_validator("frame_ancestors")
    @classmethod
    def _ancestors(cls, value: str) -> str:
        parse_ancestors(value)
        return value

    @field_validator("log_level", "log_format", mode="before")
    @classmethod
    def _lower(cls, value: object) -> object:
        return value.lower() if isinstance(value, str) else value


def load_settings(
    before_warnings: Callable[[Settings], object] | None = None, **overrides: object
) -> Settings:
    """Settings from the environment, under the `overrides` (command-line options; `None` = absent).

    Raises `SettingsError`, naming the variable, its value, and what to do. A variable that looks
    like a misspelt setting is logged as a warning, after `before_warnings` was called (which can
    set up the log that the settings ask for).
    """
    given = {name: value for name, value in overrides.items() if value is not None}
    try:
        settings = Settings(**given)  # type: ignore[arg-type]
    except ValidationError as error:
        raise SettingsError("\n".join(_complaint(e, given) for e in error.errors())) from None
    if before_warnings is not None:
        before_warnings(settings)
    for name, meant in misspelt_variables(os.environ):
        logger.warning("%s is not a setting; did you mean %s?", name, meant)
    return settings


def misspelt_variables(environ: Mapping[str, str]) -> list[tuple[str, str]]:
    """Variables with the prefix that are no setting but resemble one, with that one."""
    known = [env_name(field) for field in Settings.model_fields]
    found = []
    for name in sorted(environ):
        if name.startswith(ENV_PREFIX) and name not in (*known, _KEY_OF_THE_CLIENT):
            found += [(name, meant) for meant in difflib.get_close_matches(name, known, 1, 0.9)]
    return found


def env_name(field: str) -> str:
    """The environment variable of a field: `max_limit` → `POLICY_SEARCH_MAX_LIMIT`."""
    return ENV_PREFIX + field.upper()


def settings_table() -> str:
    """The settings as a Markdown table, in the order of their definition."""
    rows = ["| Variable | Default | Meaning |", "|---|---|---|"]
    for name, field in Settings.model_fields.items():
        rows.append(f"| `{env_name(name)}` | {_default(field)} | {field.description} |")
    return "\n".join(rows) + "\n"


def _default(field: FieldInfo) -> str:
    if field.default is None:
        return "unset"
    if isinstance(field.default, bool):
        return f"`{str(field.default).lower()}`"
    if isinstance(field.default, ByteSize):
        return f"`{field.default.human_readable(separator='').replace('.0', '')}`"
    value = field.default.as_posix() if isinstance(field.default, Path) else field.default
    return f"`{value}`"


def _complaint(error: Mapping[str, Any], given: Mapping[str, object]) -> str:
    field = str(error["loc"][0]) if error["loc"] else ""
    if field not in Settings.model_fields:
        return f"{field!r} is not a setting. The settings are: {', '.join(Settings.model_fields)}."
    variable = env_name(field)
    where = f"--{field.replace('_', '-')} (or {variable})" if field in given else variable
    message = error["msg"][0].lower() + error["msg"][1:]
    text = (
        f"{where} is {error['input']!r}: {message}. Set it to another value or leave it out. "
        f"{Settings.model_fields[field].description}"
    )
    if field == "port" and str(error["input"]).startswith("tcp://"):
        text += (
            " Kubernetes sets this variable for a service named policy-search: "
            "turn that off with `enableServiceLinks: false`."
        )
    return text
