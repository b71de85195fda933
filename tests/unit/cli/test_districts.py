"""What a district's and the city's office type: roles, the tree, sums, the take-over."""

from __future__ import annotations

from tests.unit.cli.fakes import Cloudctl, FakeApi

QU = "01a1ff5c-8e74-717d-b9f5-571091dd581c"
ZHEN = QU.replace("8", "9")
SUM = {"cloud": "sim-1", "zone": "extranet", "dimension": "vcpu", "departments": 2, "limit": 80} | {
    "held": 4, "committed": 6, "left": 70,
}  # fmt: skip


def unit(key: str, code: str, level: str, above: str | None = None) -> dict[str, object]:
    return {"id": key, "code": code, "name": code, "level": level, "parent_id": above, "created_at": "-", "version": 1}


def test_departments_show_their_level_and_upper_unit(logged_in: Cloudctl, api: FakeApi) -> None:
    api.on(
        "GET",
        "/v1/departments",
        {"items": [unit(ZHEN, "zhen1", "village", QU), unit(QU, "qu1", "district")], "next": None},
    )
    lines = logged_in("departments", "list", "--columns", "code,level,parent").out.splitlines()
    assert [line.split("  ")[0] for line in lines] == ["Code", "zhen1", "qu1"]
    assert lines[1].split() == ["zhen1", "village", "or", "community", "qu1"]


def test_an_account_of_a_district(logged_in: Cloudctl, api: FakeApi) -> None:
    api.on("GET", "/v1/departments", {"items": [unit(QU, "qu1", "district")], "next": None})
    api.on("POST", "/v1/accounts", {"id": ZHEN})
    roles = ("--role", "district-reviewer", "--role", "district-admin")
    given = ("--login", "sun", "--name", "孙", "--email", "s@x.cn", "--department", "qu1")
    assert logged_in("accounts", "create", *given, *roles).code == 0
    assert api.asked[-1].body is not None
    assert api.asked[-1].body["roles"] == ["district-reviewer", "district-admin"]
    assert api.asked[-1].body["department_id"] == QU


def test_sums_of_a_subtree(logged_in: Cloudctl, api: FakeApi) -> None:
    api.on("GET", "/v1/departments", {"items": [unit(QU, "qu1", "district")], "next": None})
    api.on("GET", "/v1/quotas/summary", [SUM])
    out = logged_in("quotas", "summary", "--department", "qu1").out.splitlines()
    assert out[1].split() == ["sim-1", "extranet", "vCPU", "2", "80", "4", "6", "70"]
    assert api.asked[-1].query == {"department_id": QU}
    assert logged_in("quotas", "summary", "-o", "csv").out.splitlines()[0] == ",".join(SUM)


def test_taking_over_sends_the_reason(logged_in: Cloudctl, api: FakeApi) -> None:
    api.on("POST", f"/v1/orders/{QU}/take-over", {"id": QU, "number": "2026-000001", "state": "signed_off"})
    assert logged_in("orders", "take-over", QU, "--reason", "跨区").code == 0
    assert api.asked[-1].body == {"reason": "跨区"}
