"""Where requests come from, and who may be listened to without a key."""

from __future__ import annotations

import socket
from pathlib import Path
from typing import Any

import pytest

from service.access.addresses import (
    client_address,
    counted_as,
    is_loopback_host,
    parse_networks,
)
from service.access.keys import KeyFile
from service.access.listening import check_listening
from service.errors import SettingsError
from service.settings import Settings, load_settings

PROXIES = parse_networks("10.0.0.0/8, ::1")


@pytest.mark.parametrize(
    ("peer", "forwarded", "address"),
    [
        ("203.0.113.9", [], "203.0.113.9"),
        ("203.0.113.9", ["192.0.2.1"], "203.0.113.9"),
        ("10.0.0.1", ["192.0.2.1"], "192.0.2.1"),
        ("10.0.0.1", [], "10.0.0.1"),
        # The left part was sent by the client itself.
        ("10.0.0.1", ["127.0.0.1, 192.0.2.1"], "192.0.2.1"),
        ("10.0.0.1", ["127.0.0.1", "192.0.2.1"], "192.0.2.1"),
        ("10.0.0.1", ["192.0.2.1, 10.9.9.9"], "192.0.2.1"),
        ("10.0.0.1", ["10.2.0.2, 10.9.9.9"], "10.2.0.2"),
        # As some proxies write it.
        ("10.0.0.1", ["192.0.2.1:4711"], "192.0.2.1"),
        ("10.0.0.1", ["[2001:db8::7]:4711"], "2001:db8::7"),
        ("10.0.0.1", ["2001:db8::7"], "2001:db8::7"),
        ("::1", ["::ffff:192.0.2.1"], "192.0.2.1"),
        ("::ffff:10.0.0.1", ["192.0.2.1"], "192.0.2.1"),
        # What is no address ends the chain.
        ("10.0.0.1", ["unknown"], "10.0.0.1"),
        ("10.0.0.1", ["192.0.2.1, _hidden, 10.0.0.2"], "10.0.0.2"),
        ("10.0.0.1", ["192.0.2.1,"], "10.0.0.1"),
        ("10.0.0.1", ["9.9.9.9," + "10.0.0.2," * 500 + "10.0.0.3"], "10.0.0.2"),
        ("fe80::1%eth0", [], "fe80::1"),
    ],
)
def test_forwarded_address_is_believed_of_trusted_proxies_only(
    peer: str, forwarded: list[str], address: str
) -> None:
    assert str(client_address(peer, forwarded, PROXIES)) == address


@pytest.mark.parametrize("peer", [None, "", "testclient", "/run/policy-search.sock"])
def test_peer_without_an_address_has_none(peer: str | None) -> None:
    assert client_address(peer, ["192.0.2.1"], PROXIES) is None


def test_ipv6_addresses_of_one_network_count_as_one() -> None:
    names = [
        counted_as(found)
        for address in ("192.0.2.1", "192.0.2.2", "2001:db8::1", "2001:db8::2:1", "2001:db8:0:1::")
        if (found := client_address(address, [], ()))
    ]
    assert names == [
        "192.0.2.1",
        "192.0.2.2",
        "2001:db8::/64",
        "2001:db8::/64",
        "2001:db8:0:1::/64",
    ]


@pytest.mark.parametrize("value", ["10.0.0.0/33", "proxy.example", "10.0.0.1;10.0.0.2", "*"])
def test_trusted_proxies_that_are_no_addresses_are_refused(
    value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("POLICY_SEARCH_TRUSTED_PROXIES", value)
    with pytest.raises(SettingsError, match="POLICY_SEARCH_TRUSTED_PROXIES"):
        load_settings()


def test_rate_that_is_none_is_a_bad_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POLICY_SEARCH_RATE_PER_KEY", "often")
    with pytest.raises(SettingsError, match=r"RATE_PER_KEY is 'often'.*600/minute"):
        load_settings()


def resolve_as(monkeypatch: pytest.MonkeyPatch, *addresses: str) -> None:
    def getaddrinfo(host: str, port: Any, **options: Any) -> list[Any]:
        if not addresses:
            raise socket.gaierror(-2, "Name or service not known")
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (name, 0)) for name in addresses]

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)


@pytest.mark.parametrize("host", ["127.0.0.1", "127.9.9.9", "::1", "127.1"])
def test_loopback_addresses_are_listened_on_without_keys(tmp_path: Path, host: str) -> None:
    assert is_loopback_host(host)
    check_listening(Settings(index=tmp_path, host=host))


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.20", "203.0.113.9", "2001:db8::1"])
def test_other_addresses_are_refused_without_keys(tmp_path: Path, host: str) -> None:
    with pytest.raises(SettingsError) as caught:
        check_listening(Settings(index=tmp_path, host=host))
    message = str(caught.value)
    assert message.startswith(f"{host} can be reached from other machines")
    for remedy in (
        "policy-search keys create",
        "--insecure",
        "POLICY_SEARCH_INSECURE",
        "127.0.0.1",
    ):
        assert remedy in message
    check_listening(Settings(index=tmp_path, host=host, insecure=True))


def test_name_has_to_be_loopback_in_all_its_addresses(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = Settings(index=tmp_path, host="policies.example")
    resolve_as(monkeypatch, "127.0.0.1", "::1")
    check_listening(settings)
    resolve_as(monkeypatch, "127.0.0.1", "192.168.1.20")
    with pytest.raises(SettingsError, match=r"policies\.example can be reached"):
        check_listening(settings)
    resolve_as(monkeypatch)
    with pytest.raises(SettingsError, match=r"policies\.example cannot be resolved"):
        check_listening(settings)


def test_with_keys_any_address_will_do_also_when_all_are_revoked(tmp_path: Path) -> None:
    settings = Settings(index=tmp_path, host="0.0.0.0")
    keys = KeyFile(settings.keys_file)
    keys.create("wiki", ["search"])
    check_listening(settings)
    keys.revoke("wiki")
    check_listening(settings)


def test_being_open_on_purpose_is_said(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    check_listening(Settings(index=tmp_path, host="0.0.0.0", insecure=True))
    assert "no key was ever made" in caplog.text
    caplog.clear()
    check_listening(Settings(index=tmp_path, insecure=True))
    assert caplog.text == ""
