"""The handbook of a made-up company, as pages of a wiki: five policies in two languages."""

from __future__ import annotations

PAGES = {
    "Annual leave policy": [
        ("Entitlement", "Every employee has twenty-three days of paid annual leave a year."),
        ("Carrying over", "Up to five unused days may be carried over until the end of March."),
        ("Asking for leave", "Leave is asked for in the portal two weeks before it begins."),
    ],
    "Travel expenses": [
        ("Trains and flights", "Journeys under five hours are made by train in second class."),
        ("Hotels", "A hotel may cost 140 euros a night; more needs the approval of a director."),
        ("Receipts", "Receipts are handed in within thirty days after the journey."),
    ],
    "Remote work": [
        ("Where", "Employees may work from home three days a week within the country."),
        ("Equipment", "The company lends a screen, a chair and a keyboard for the home office."),
    ],
    "Information security": [
        ("Passwords", "Passwords have fourteen characters and are kept in the password manager."),
        ("Lost devices", "A lost laptop is reported to the security desk within one hour."),
    ],
    "Gifts and hospitality": [
        ("Limit", "Gifts worth more than fifty euros are declined or handed to compliance."),
    ],
    "年休假制度": [
        ("年假天数", "每位员工每年享有二十三天带薪年休假。"),
        ("结转", "未休完的年假最多五天可以结转到次年三月底。"),
    ],
    "差旅报销制度": [
        ("交通", "五小时以内的行程乘坐二等座火车。"),
        ("住宿标准", "酒店费用每晚不超过一千一百元，超出须经总监批准。"),
    ],
    "远程办公制度": [("地点", "员工每周可在国内居家办公三天。")],
    "信息安全制度": [
        ("密码", "密码至少十四位，并保存在密码管理器中。"),
        ("设备遗失", "笔记本电脑遗失后须在一小时内报告安全值班台。"),
    ],
    "礼品与招待制度": [("限额", "价值超过三百五十元的礼品应当谢绝或上交合规部门。")],
}
"""Titles, and the sections of each: a heading and its text."""


def mediawiki_text(title: str, category: str) -> str:
    sections = "\n\n".join(f"== {heading} ==\n{text}" for heading, text in PAGES[title])
    return f"{sections}\n\n[[Category:{category}]]\n"


def dokuwiki_text(title: str) -> str:
    sections = "\n\n".join(f"===== {heading} =====\n\n{text}" for heading, text in PAGES[title])
    return f"====== {title} ======\n\n{sections}\n"
