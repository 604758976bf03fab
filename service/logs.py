"""The service's log: one form for its own lines, uvicorn's, and every library's.

Modules write with `logging` and put what belongs to a line into `extra`; while a request is being
answered, its `request_id` stands in every line. Nothing that a client sends can end a line or begin
another: control characters are escaped, and a traceback is part of its line (JSON) or indented.
"""

from __future__ import annotations

import json
import logging
import re
import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import structlog
from structlog.contextvars import merge_contextvars
from structlog.processors import ExceptionRenderer, TimeStamper
from structlog.stdlib import ExtraAdder, ProcessorFormatter, add_log_level, add_logger_name

if TYPE_CHECKING:
    from structlog.typing import EventDict

    from service.settings import LogFormat, Settings

QUIET = ("faiss.loader", "python_multipart")
"""Loggers held at `warning`: of builds that were not found, and of every piece of a body."""
COPIES = ("color_message", "message", "asctime")
"""What uvicorn, and formatters of other handlers, put into a record again."""

_HARMLESS = re.compile(r'[^\s="]+')
_UNSAFE_IN_JSON = re.compile("[\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")

request_fields = structlog.contextvars.bound_contextvars
"""`with request_fields(request_id=…):` puts fields into every line that is written inside."""


def chosen_format(settings: Settings) -> LogFormat:
    """What the setting says; else text where standard error is a terminal, JSON elsewhere."""
    return settings.log_format or ("text" if sys.stderr.isatty() else "json")


def set_up_logging(settings: Settings) -> None:
    """Let the whole process log to standard error as the settings say."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(log_formatter(chosen_format(settings)))
    root = logging.getLogger()
    for old in root.handlers[:]:
        root.removeHandler(old)
    root.addHandler(handler)
    root.setLevel(settings.log_level.upper())
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
    logging.captureWarnings(True)


def log_formatter(log_format: LogFormat) -> logging.Formatter:
    """Formats any record, whoever made it, as one line (a text's traceback follows, indented)."""
    return ProcessorFormatter(
        foreign_pre_chain=[
            ExtraAdder(),
            merge_contextvars,
            add_log_level,
            add_logger_name,
            TimeStamper(fmt="iso", utc=True),
            # The bare traceback: with local variables it would tell questions and keys.
            ExceptionRenderer(),
        ],
        processors=[
            ProcessorFormatter.remove_processors_meta,
            _without_copies,
            _as_json if log_format == "json" else _as_text,
        ],
    )


def _without_copies(_logger: object, _method: str, event: EventDict) -> EventDict:
    for name in COPIES:
        event.pop(name, None)
    event["event"] = str(event["event"]).strip()
    return event


def _as_json(_logger: object, _method: str, event: EventDict) -> str:
    head = ("timestamp", "level", "event")
    ordered = {name: event[name] for name in head} | dict(event)
    text = json.dumps(ordered, ensure_ascii=False, separators=(",", ":"), default=repr)
    return _UNSAFE_IN_JSON.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def _as_text(_logger: object, _method: str, event: EventDict) -> str:
    rest = dict(event)
    stamp, level, message = (rest.pop(name) for name in ("timestamp", "level", "event"))
    logger, trace = rest.pop("logger"), rest.pop("exception", None)
    words = [str(stamp), f"{level:<7}", f"{logger}:", _visible(message), *_pairs(rest)]
    lines = [" ".join(words)]
    if trace:
        lines += ["    " + _visible(line) for line in str(trace).split("\n")]
    return "\n".join(lines)


def _pairs(fields: Mapping[str, Any]) -> list[str]:
    return [f"{_visible(name)}={_value(value)}" for name, value in fields.items()]


def _value(value: object) -> str:
    text = str(value)
    if _HARMLESS.fullmatch(text):
        return _visible(text)
    return '"' + _visible(text.replace("\\", "\\\\").replace('"', '\\"')) + '"'


def _visible(text: str) -> str:
    """The text with everything that is not printable written as an escape."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else ascii(c)[1:-1] for c in text)
