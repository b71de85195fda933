"""The demonstration's second half: a day of the office.

A form with 40 servers, opinions side by side, a batch, a recall, a district's own decision, an emergency, a restore;
and at each turn what waits for whom.
"""

from __future__ import annotations

import json
from io import BytesIO
from pathlib import Path
from typing import Any

from cloudctl.cli.local.city import APPLICANT, CLOUD, DISTRICT, NEIGHBOUR, TOWNSHIP, ZONE
from cloudctl.cli.local.stage import Stage
from cloudctl.cli.words import _
from cloudctl.domain.calendars import PEOPLE_ZONE
from cloudctl.domain.forms import COVER, COVER_CELLS, FIRST_ROW, ITEMS, LETTERS
from cloudctl.ports.clock import Clock

SERVERS = 40
SSH_KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIKqpVgVTcDzLQ0PtyUCcVKFOhxAf1sEd9cTJlWQ7hfYR zhao@jyj.example"
SMALL_ONES = {"xf": "信访系统扩容", "da": "档案系统上云", "tj": "统计直报系统上云", "mh": "门户网站扩容"}
Form = dict[str, Any]


def play(stage: Stage, desk: Path, clock: Clock, form: Form) -> None:
    """The day. `desk` is where files lie; `form` a small application of the applicant that needs a decision."""
    desk.mkdir(parents=True)
    large = _hand_in_the_workbook(stage, desk)
    _ask_the_specialists(stage, large)
    _decide_in_a_batch(stage, desk, [large, *_small_ones(stage, form)])
    _district(stage, form)
    _emergency(stage, desk, clock, form)
    _restore(stage)


def _hand_in_the_workbook(stage: Stage, desk: Path) -> Form:
    stage.scene(_("A neighbour hands in the form: {count} servers, one row is wrong").format(count=SERVERS))
    blank, filled = desk / "form.xlsx", desk / "40-servers.xlsx"
    stage.command("neighbour", "orders", "form", "-o", str(blank))
    filled.write_bytes(_filled(blank.read_bytes(), spoiled=17))
    stage.command("neighbour", "orders", "import", str(filled), "--submit", refused=True)
    stage.say(_("Nothing was written. Corrected, and handed in again:"))
    filled.write_bytes(_filled(blank.read_bytes()))
    stage.command("neighbour", "orders", "import", str(filled), "--submit")
    stage.scene(_("The head of the department finds it on the to-do list, and signs"))
    stage.command("neighbour-head", "todo")
    order: Form = stage.get("neighbour-head", "/orders", state="submitted")["items"][0]
    stage.command("neighbour-head", "orders", "sign-off", order["number"])
    return order


def _filled(blank: bytes, spoiled: int | None = None) -> bytes:
    """What somebody would write into the form; row `spoiled` has an image that nobody offers."""
    from openpyxl import load_workbook  # noqa: PLC0415 - here the demonstration plays an office program

    book = load_workbook(BytesIO(blank))
    cover, items = book[COVER], book[ITEMS]
    written = {
        "system": f"{NEIGHBOUR}-s3", "zone": ZONE, "title": "智慧教育平台上云", "purpose": "中小学教学资源管理",
        "users": "120 所学校", "project_document": "发改高技〔2026〕12号", "backup": "每日", "no_state_secrets": "是",
        "contact_name": "赵敏", "contact_phone": "0532-00000001",
    }  # fmt: skip
    for key, value in written.items():
        cover[COVER_CELLS[key]] = value
    rows: list[Form] = [{"kind": "网段", "name": "edu-net", "range": "23", "term_months": 36}]
    rows += [
        {
            "kind": "云主机", "name": f"{NEIGHBOUR}-edu-{number:02d}", "specification": "s2", "network": "edu-net",
            "image": "no-such-image" if number == spoiled else "openeuler-24", "disks": "100", "term_months": 36,
            "ssh_keys": SSH_KEY,
        }
        for number in range(1, SERVERS + 1)
    ]  # fmt: skip
    for line, row in enumerate(rows, start=FIRST_ROW):
        for key, value in row.items():
            items[f"{LETTERS[key]}{line}"] = value
    target = BytesIO()
    book.save(target)
    return target.getvalue()


def _ask_the_specialists(stage: Stage, order: Form) -> None:
    stage.scene(_("The office accepts it; three specialists are asked side by side"))
    stage.command("reviewer", "todo")
    stage.command("reviewer", "orders", "accept", order["number"])
    stage.command("security", "todo")
    agreed = ("--verdict", "agree")
    stage.command("capacity", "opinions", "give", order["number"], *agreed, "--words", "资源池余量充足")
    bound = ("--verdict", "agree_with_conditions", "--condition", "上线前完成等保三级测评")
    stage.command("security", "opinions", "give", order["number"], *bound)
    stage.command("network", "opinions", "give", order["number"], *agreed)


def _small_ones(stage: Stage, form: Form) -> list[Form]:
    stage.scene(_("Four more applications; one lacks something and is told everything at once"))
    orders = []
    titles = {"xf": "信访系统扩容", "da": "档案系统上云", "tj": "统计直报系统上云", "mh": "门户网站扩容"}
    for name, title in titles.items():
        order = stage.post("officer", "/orders?submit=true", _renamed(form, title, name))
        stage.post("head", f"/orders/{order['id']}/sign-off", {"reason": "同意"})
        orders.append(order)
    returned = orders.pop()
    lacks = ("--missing", "请写明门户网站的访问量", "--missing", "请补充等保备案证明")
    stage.command("reviewer", "orders", "return", returned["number"], *lacks)
    stage.command("officer", "todo")
    stage.command("officer", "letters", "list", "--limit", "3")
    return orders


def _decide_in_a_batch(stage: Stage, desk: Path, orders: list[Form]) -> None:
    stage.scene(_("The office approves the rest in one go, and takes one approval back in time"))
    listed = desk / "approve.txt"
    listed.write_text("\n".join(order["number"] for order in orders) + "\n", encoding="utf-8")
    for order in orders[1:]:
        stage.command("reviewer", "orders", "accept", order["number"])
    stage.command("office", "orders", "approve", "--from", str(listed), "--reason", "同意", "--dry-run")
    stage.command("office", "orders", "approve", "--from", str(listed), "--reason", "同意")
    stage.command("office", "orders", "recall", orders[-1]["number"], "--reason", "与省统计局平台重复，需再核")
    stage.command("reviewer", "todo")


def _district(stage: Stage, form: Form) -> None:
    stage.scene(_("A township applies: its district's office decides, the city looks on"))
    system = stage.get("town", "/systems", code=f"{TOWNSHIP}-s1")["items"][0]["id"]
    asked = _renamed(form, "便民服务系统上云", "bm", owner=TOWNSHIP) | {"system_id": system}
    order = stage.post("town", "/orders?submit=true", asked)
    stage.post("town-head", f"/orders/{order['id']}/sign-off", {"reason": "同意"})
    stage.command("district", "todo")
    stage.command("district", "orders", "accept", order["number"])
    stage.command("district", "orders", "approve", order["number"], "--reason", "同意")
    stage.command("office", "orders", "list", "--office", DISTRICT, "--columns", "number,state,title,department")


def _emergency(stage: Stage, desk: Path, clock: Clock, form: Form) -> None:
    stage.scene(_("An emergency: approved by telephone, built at once, the paper is owed"))
    stage.command("office", "clouds", "reserve", CLOUD, "--zone", ZONE, "--amounts", "vcpu=64,memory_mib=131072")
    order = desk / "flood.json"
    order.write_text(json.dumps(_renamed(form, "防汛物资调度系统", "fx"), ensure_ascii=False), encoding="utf-8")
    now = clock.now().astimezone(PEOPLE_ZONE).strftime("%Y-%m-%d %H:%M")
    word = ("--approved-by", "分管副市长", "--approved-at", now, "--by-phone", "汛情紧急，先行建设")
    stage.command("office", "emergencies", "create", "--from", str(order), *word)
    newest = stage.get("reviewer", "/orders", emergency="true")["items"][0]
    stage.command("reviewer", "orders", "follow", newest["number"])
    stage.command("head", "todo")


def _restore(stage: Stage) -> None:
    stage.scene(_("The server that was given back is needed after all: the same disks, the same addresses"))
    retained = stage.get("officer", "/servers", state="retained")["items"][0]
    stage.command("officer", "resources", "restore", retained["id"])
    stage.settle("officer", f"/servers/{retained['id']}", "active")
    stage.command("officer", "servers", "list", "--order", retained["order_id"])


def _renamed(form: Form, title: str, name: str, owner: str = APPLICANT) -> Form:
    """The same application for something else, so that no name is taken twice."""
    segment, servers, *more = form["items"]
    items = [{**segment, "name": f"{name}-net"}, {**servers, "name": f"{owner}-{name}", "network": f"{name}-net"}]
    return {**form, "title": title, "items": [*items, *more]}
