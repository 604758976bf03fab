"""Settings come from the environment, explain a bad value, and are documented."""

from __future__ import annotations

import logging
import os
from pathlib import Path

import pytest

from indexer.limits import Limits
from service.errors import SettingsError
from service.settings import Settings, env_name, load_settings, misspelt_variables, settings_table

README = Path(__file__).parents[2] / "README.md"


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in os.environ:
        if name.startswith("POLICY_SEARCH_"):
            monkeypatch.delenv(name)


def test_everything_has_a_default() -> None:
    settings = load_settings()
    assert (settings.host, settings.port, settings.model) == ("127.0.0.1", 8080, "embedded")
    assert settings.offline


def test_environment_is_read_and_options_go_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POLICY_SEARCH_PORT", "9000")
    monkeypatch.setenv("POLICY_SEARCH_OFFLINE", "false")
    monkeypatch.setenv("POLICY_SEARCH_LOG_LEVEL", "DEBUG")
    monkeypatch.setenv("POLICY_SEARCH_LOG_FORMAT", "JSON")
    settings = load_settings(port=9001, host=None)
    assert (settings.port, settings.offline, settings.log_level) == (9001, False, "debug")
    assert settings.log_format == "json"
    assert settings.host == "127.0.0.1"


def test_empty_variable_counts_as_absent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POLICY_SEARCH_THREADS", "")
    assert load_settings().threads is None


def test_home_is_expanded(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    assert load_settings(index="~/index").index == tmp_path / "index"


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("POLICY_SEARCH_PORT", "eighty"),
        ("POLICY_SEARCH_PORT", "70000"),
        ("POLICY_SEARCH_OFFLINE", "perhaps"),
        ("POLICY_SEARCH_REFRESH_SECONDS", "0"),
        ("POLICY_SEARCH_REFRESH_SECONDS", "nan"),
        ("POLICY_SEARCH_MAX_LIMIT", "-1"),
        ("POLICY_SEARCH_LOG_LEVEL", "loud"),
        ("POLICY_SEARCH_THREADS", "2.5"),
        ("POLICY_SEARCH_MAX_BYTES", "much"),
        ("POLICY_SEARCH_MAX_BYTES", "0"),
        ("POLICY_SEARCH_MAX_MEMORY", "1MiB"),
        ("POLICY_SEARCH_MAX_SECONDS", "inf"),
        ("POLICY_SEARCH_LOG_FORMAT", "xml"),
        ("POLICY_SEARCH_LOG_QUERIES", "some"),
        ("POLICY_SEARCH_SHUTDOWN_SECONDS", "-1"),
        ("POLICY_SEARCH_SHUTDOWN_DELAY_SECONDS", "inf"),
    ],
)
def test_bad_value_is_named_with_its_variable_and_a_remedy(
    monkeypatch: pytest.MonkeyPatch, variable: str, value: str
) -> None:
    monkeypatch.setenv(variable, value)
    with pytest.raises(SettingsError) as caught:
        load_settings()
    message = str(caught.value)
    assert message.startswith(f"{variable} is {value!r}")
    assert "Set it to another value or leave it out" in message


def test_all_bad_values_are_told_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POLICY_SEARCH_PORT", "x")
    monkeypatch.setenv("POLICY_SEARCH_MAX_OFFSET", "y")
    with pytest.raises(SettingsError, match=r"(?s)POLICY_SEARCH_PORT.*POLICY_SEARCH_MAX_OFFSET"):
        load_settings()


def test_bad_option_is_named_as_option() -> None:
    with pytest.raises(SettingsError, match=r"^--max-limit \(or POLICY_SEARCH_MAX_LIMIT\) is 0"):
        load_settings(max_limit=0)


def test_unknown_option_is_refused() -> None:
    with pytest.raises(SettingsError, match="'colour' is not a setting"):
        load_settings(colour="red")


def test_port_set_by_kubernetes_is_explained(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POLICY_SEARCH_PORT", "tcp://10.0.0.7:80")
    with pytest.raises(SettingsError, match="enableServiceLinks"):
        load_settings()


def test_misspelt_variable_is_warned_about(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("POLICY_SEARCH_MAX_LIMTI", "5")
    with caplog.at_level(logging.WARNING):
        load_settings()
    assert "did you mean POLICY_SEARCH_MAX_LIMIT?" in caplog.text
    order: list[object] = []
    caplog.clear()
    load_settings(lambda settings: order.append((settings, caplog.text)))
    assert order == [(load_settings(), "")], "the log is set up before it is written to"
    assert misspelt_variables({"POLICY_SEARCH_URL": "http://there", "PORT": "1"}) == []
    assert misspelt_variables({"POLICY_SEARCH_KEY": "ps_the_clients"}) == []


def test_every_setting_is_described_in_the_table() -> None:
    table = settings_table()
    for name, field in Settings.model_fields.items():
        assert field.description
        assert f"| `{env_name(name)}` |" in table


def test_readme_shows_the_settings_table() -> None:
    if not README.exists():
        pytest.skip("no README.md beside the tests")
    assert settings_table() in README.read_text(encoding="utf-8"), (
        "README.md lacks the current table, which `service.settings.settings_table()` returns"
    )


def test_every_limit_of_a_file_is_a_setting_with_the_same_default() -> None:
    assert load_settings().limits == Limits()


@pytest.mark.parametrize(
    ("value", "size"), [("1048576", 2**20), ("64MiB", 64 * 2**20), ("3 gib", 3 * 2**30)]
)
def test_sizes_may_have_a_unit(monkeypatch: pytest.MonkeyPatch, value: str, size: int) -> None:
    monkeypatch.setenv("POLICY_SEARCH_MAX_BYTES", value)
    assert load_settings().limits.max_bytes == size
