from __future__ import annotations

from itertools import combinations
from random import Random
from typing import Any

import pytest

from cloudctl.governance.consolidation import duplicates
from cloudctl.governance.consolidation.duplicates import LEAST, Described, core, find
from cloudctl.messages import fill, translator

WORDS = ["投资", "项目", "审批", "监管", "公文", "档案", "人事", "工资", "医疗", "保险", "社保", "房产", "交通", "信用"]
WORDS += ["环境", "应急", "指挥", "视频", "会议", "登记"]


def system(code: str, name: str, **more: Any) -> Described:
    return Described(code=code, name=name, **({"department": "fgw"} | more))


def pairs(*systems: Described) -> set[tuple[str, str]]:
    return {(pair.first, pair.second) for pair in find(systems)}


@pytest.mark.parametrize(
    ("name", "left"),
    [
        ("投资项目在线审批监管平台（二期）", "投资项目在线审批监管"),
        ("公文管理系统 V2.0", "公文"),
        ("公文系统升级改造", "公文"),
        ("ＯＡ系统", "oa"),
        ("系统", "系统"),
        ("12345政务服务便民热线", "12345政务服务便民热线"),
    ],
)
def test_what_tells_a_name_from_others(name: str, left: str) -> None:
    assert core(name) == left


def test_one_system_under_two_names_is_found_with_its_signs() -> None:
    (pair,) = find([
        system("b", "投资项目在线审批监管平台（二期）", contract_number="ＨＴ-2024-7"),
        system("a", "投资项目在线审批监管系统", contract_number="ht2024-7"),
        system("c", "人事工资系统"),
    ])  # fmt: skip
    assert (pair.first, pair.second, pair.score) == ("a", "b", 100)
    assert [reason.sign for reason in pair.reasons] == ["same-name", "contract_number", "department"]
    say = translator("en")
    told = [fill(say, reason.message, reason.params) for reason in pair.reasons]
    assert told[0] == "Without their common endings the names are the same: 投资项目在线审批监管."


def test_names_alone_make_no_pair() -> None:
    assert not pairs(system("a", "办公系统"), system("b", "办公系统", department="czj"))


@pytest.mark.parametrize(
    ("one", "other", "found"),
    [
        ({"check_url": "https://www.oa.gov.cn/"}, {"check_url": "http://OA.gov.cn"}, True),
        ({"check_url": "https://a.gov.cn/oa"}, {"check_url": "https://a.gov.cn/hr"}, False),
        ({"check_url": "tcp://a:22"}, {"check_url": "tcp://a:23"}, False),
        ({"check_url": "https://[broken"}, {"check_url": "https://[broken"}, False),
    ],
)
def test_the_same_address_is_a_strong_sign(one: dict[str, str], other: dict[str, str], found: bool) -> None:
    couple = system("a", "协同办公平台", **one), system("b", "办公自动化", **other)
    assert bool(pairs(*couple)) == found


def test_other_digits_are_another_name() -> None:
    assert not pairs(system("a", "12345政务服务热线"), system("b", "12333政务服务热线"))


def test_what_many_share_is_no_sign() -> None:
    entrance = [
        system(f"s{n}", "".join(Random(n).sample(WORDS, 4)), check_url="https://portal.gov.cn/", department=f"d{n}")
        for n in range(duplicates.MOST_SHARING + 1)
    ]
    assert not pairs(*entrance)


def city(count: int, departments: int, seed: int = 5) -> list[Described]:
    random = Random(seed)
    systems = []
    for number in range(count):
        name = "".join(random.sample(WORDS, 3)) + random.choice(["系统", "平台", "管理系统"])
        systems.append(
            system(f"s{number:05}", name, department=f"d{random.randrange(departments)}",
                   contract_number=f"HT{random.randrange(count)}", check_url=f"https://h{random.randrange(count)}.cn/")
        )  # fmt: skip
    return systems


@pytest.mark.parametrize("departments", [1, 6])
def test_blocking_loses_no_pair_that_comparing_all_would_find(departments: int) -> None:
    systems = city(400, departments)
    looked = duplicates._Looked(sorted(systems, key=lambda one: one.code))
    every = {
        (pair.first, pair.second)
        for pair in (looked.judged(*both) for both in combinations(range(len(systems)), 2))
        if pair.score >= LEAST
    }
    assert every
    assert pairs(*systems) == every


def test_ten_times_the_systems_are_some_ten_times_the_comparisons() -> None:
    few, many = (
        sum(1 for _ in duplicates._Looked(city(count, count // 100)).candidates()) for count in (1_000, 10_000)
    )
    assert many <= 15 * few


def test_any_order_of_the_systems_gives_the_same_pairs() -> None:
    systems = city(300, 3)
    assert find(systems) == find(list(reversed(systems)))
