"""Whose policy it is and where it is published, as the text says it; nothing rather than wrong."""

from __future__ import annotations

import pytest

from indexer.organisation import find_organisation, names_organisation
from indexer.readers.text import read_text
from indexer.source_url import find_source_url


def organisation(text: str, title: str = "Some Policy") -> str | None:
    return find_organisation(read_text(text, "utf-8").blocks, title)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Acme Ltd. (“we”, “us”) takes privacy seriously.", "Acme Ltd."),
        (
            "At Harbour Holdings, Inc. and its affiliates (“Harbour”, “we”)",
            "Harbour Holdings, Inc.",
        ),
        ("This Privacy Policy of Bank of Lantern Ltd ('the Company') tells", "Bank of Lantern Ltd"),
        ("[Lantern Works (UK) Limited] (hereinafter “we”) is", "Lantern Works (UK) Limited"),
        ("Welcome to Lanternworks (“we”).", "Lanternworks"),
        ("本隐私政策由北京灯塔科技有限公司（以下简称“我们”）制定。", "北京灯塔科技有限公司"),
        ("灯塔软件系统有限公司（以下简称“灯塔”或“我们”）重视隐私。", "灯塔软件系统有限公司"),
        ("欢迎使用灯塔。上海灯塔有限公司及其关联公司（下称「本公司」）", "上海灯塔有限公司"),
        ("由杭州灯塔有限公司（住所：杭州，以下简称我们）提供服务", "杭州灯塔有限公司"),
        ("Company: Lanternworks | Owner: Human Resources", "Lanternworks"),
        ("公司名称：北京灯塔科技有限公司", "北京灯塔科技有限公司"),
        ("Lantern Ltd.\nTerms of Use\n1. Aim", "Lantern Ltd."),
        ("灯塔有限责任公司\n员工手册\n一、目的", "灯塔有限责任公司"),
        (
            "This Policy applies to the services provided by Lantern Co., Ltd and",
            "Lantern Co., Ltd",
        ),
        ("1. Rest.\n© 2019–2025 Lanternworks Ltd. All rights reserved.", "Lanternworks Ltd"),
        ("1. Rest.\nCopyright (c) 2024 Acme, Inc.", "Acme, Inc."),
        ("一、休息。\n版权所有 © 2025 北京灯塔有限公司 保留所有权利", "北京灯塔有限公司"),
        ("一、休息。\n北京灯塔科技有限公司\n2025年3月1日", "北京灯塔科技有限公司"),
    ],
)
def test_organisation_that_a_text_names(text: str, name: str) -> None:
    assert organisation(text) == name


@pytest.mark.parametrize(
    "text",
    [
        "The Company (“we”) does.",
        "The People Team (“we”) does.",
        "Our service uses Paystone, Inc. (“Paystone”) to pay.",
        "Dear Customer (“you”),",
        "Company: all employees of it",
        "公司：指灯塔有限公司",
        "我们是一家有限公司（以下简称“我们”）",
        "客户与灯塔科技有限公司（以下简称“我们”）签订合同",
        "Copyright Notice\n(c) Annual Leave\nRest",
        "© 2025 All rights reserved.",
        "Copyright 2024",
        "About the Company\nLimited Liability",
        "Rest.\n" * 60 + "Company: All of us",
    ],
)
def test_what_may_be_no_organisation_is_none(text: str) -> None:
    assert organisation(text) is None


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("北京灯塔科技有限公司考勤管理制度", "北京灯塔科技有限公司"),
        ("Acme Ltd. Privacy Policy", "Acme Ltd."),
        ("Acme Limited Warranty Policy", None),
        ("Leave Policy", None),
    ],
)
def test_organisation_in_a_title(title: str, name: str | None) -> None:
    assert organisation("We care.", title) == name


def test_short_name_in_the_title_tells_whose_policy_it_is() -> None:
    text = "HARBOUR LIGHT TECH CO., LTD. (“HLT”) has written this."
    assert organisation(text, "HLT Privacy Policy") == "HARBOUR LIGHT TECH CO., LTD."
    assert organisation(text, "Privacy Policy") is None


def test_a_name_needs_its_legal_form() -> None:
    assert names_organisation(" Acme Ltd. ")
    assert names_organisation("灯塔有限公司")
    assert not names_organisation("Acme")
    assert not names_organisation("The Company")
    assert not names_organisation("本有限公司")


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("This policy is published at https://a.example/p.", "https://a.example/p"),
        ("This Acme privacy policy is also available online at: <https://a.example/p?x=1>.",
         "https://a.example/p?x=1"),
        ("Policy URL: https://a.example/p", "https://a.example/p"),
        ("本政策网址：https://a.example/p，请查阅。", "https://a.example/p"),
        ("本隐私政策的最新版本发布于 https://a.example/p。", "https://a.example/p"),
        ("来源：https://a.example", "https://a.example"),
        ("Our cookie policy is available at https://a.example/c", None),
        ("See https://a.example for more.", None),
        ("本政策适用于网站 https://a.example", None),
        ("Source: the legal department", None),
    ],
)  # fmt: skip
def test_source_address_only_where_it_is_stated_as_such(text: str, url: str | None) -> None:
    assert find_source_url(read_text(text, "utf-8").blocks) == url
