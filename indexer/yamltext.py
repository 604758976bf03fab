"""YAML and TOML as people write them beside policies: small, without tricks, every value a text."""

from __future__ import annotations

import re
import tomllib
from typing import Any

import yaml

_NULL = "tag:yaml.org,2002:null"
_TAGS = (_NULL, *(f"tag:yaml.org,2002:{name}" for name in ("str", "seq", "map")), None)


class _Loader(yaml.SafeLoader):
    """Safe YAML whose plain values stay as they are written: `1.10` is no number, `no` no `False`.

    Anchors and aliases are refused, because a few of them grow into gigabytes; so is a key that
    stands twice, of which YAML would drop one without a word.
    """

    yaml_implicit_resolvers = {  # noqa: RUF012
        first: [(tag, pattern) for tag, pattern in resolvers if tag == _NULL]
        for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }
    yaml_constructors = {  # noqa: RUF012
        tag: make for tag, make in yaml.SafeLoader.yaml_constructors.items() if tag in _TAGS
    }

    def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node | None:
        event: Any = self.peek_event()  # type: ignore[no-untyped-call]
        if getattr(event, "anchor", None) is not None:
            problem = "anchors (&) and aliases (*) are not accepted; quote a text that begins so"
            raise yaml.MarkedYAMLError(problem=problem, problem_mark=event.start_mark)
        return super().compose_node(parent, index)

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen = set()
        for key in (key for key, _ in node.value if isinstance(key, yaml.ScalarNode)):
            if key.value in seen:
                problem = f"the key {key.value} stands twice"
                raise yaml.MarkedYAMLError(problem=problem, problem_mark=key.start_mark)
            seen.add(key.value)
        return super().construct_mapping(node, deep)


def load_yaml(text: str) -> object:
    """Mappings, lists, strings and `None`. Raises `ValueError` that says where and why."""
    try:
        return _Loader(text).get_single_data()
    except yaml.MarkedYAMLError as error:
        raise ValueError(_explained(error)) from error
    except yaml.YAMLError as error:
        raise ValueError("; ".join(str(error).split("\n"))) from error
    except RecursionError as error:
        raise ValueError("nested too deeply") from error


def load_toml(text: str) -> dict[str, Any]:
    """A TOML document, floats as they are written. Raises `ValueError` as `load_yaml` does."""
    try:
        return tomllib.loads(text, parse_float=str)
    except tomllib.TOMLDecodeError as error:
        raise ValueError(str(error)) from error
    except RecursionError as error:
        raise ValueError("nested too deeply") from error


def _explained(error: yaml.MarkedYAMLError) -> str:
    mark = error.problem_mark or error.context_mark
    problem = error.problem or error.context or "not understood"
    hint = ""
    if "mapping values are not allowed" in problem:
        hint = "; put a text that holds a colon in quotes"
    elif re.search(r"found character .* that cannot start any token", problem):
        hint = "; indent with spaces, and put a text that begins with a sign in quotes"
    return (f"line {mark.line + 1}: " if mark else "") + problem + hint
