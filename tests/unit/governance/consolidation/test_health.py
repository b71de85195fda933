from __future__ import annotations

from dataclasses import replace
from datetime import date

from cloudctl.governance.consolidation.health import Course, Health, OpenStep, health

TODAY = date(2026, 11, 10)
NAME = {"en": "Switch over", "zh_CN": "业务切换"}
GOOD = Course(
    begun=True, starts_on=date(2026, 11, 2), ends_on=date(2026, 11, 13), systems=3, left=2,
    steps=[OpenStep("oa", NAME, TODAY)], missing=[],
)  # fmt: skip


def found(**changes: object) -> tuple[Health, list[str]]:
    told = health(replace(GOOD, **changes), TODAY)  # type: ignore[arg-type]
    assert all(sign["zh_CN"] for sign in told.signs)
    return told.health, [sign["en"] for sign in told.signs]


def test_a_step_that_is_due_today_is_on_track() -> None:
    assert found() == (Health.ON_TRACK, [])


def test_past_its_day_it_lags_and_says_which_step() -> None:
    late = [OpenStep("oa", NAME, date(2026, 11, 9))]
    assert found(steps=late) == (Health.LAGGING, ["oa: the step “Switch over” was due on 2026-11-09."])
    state, signs = found(ends_on=date(2026, 11, 9))
    assert (state, signs[0]) == (
        Health.LAGGING,
        "The wave was to end on 2026-11-09; 2 of 3 systems have not arrived.",
    )


def test_what_is_held_or_waits_for_a_need_is_blocked_before_it_lags() -> None:
    held = [OpenStep("oa", NAME, date(2026, 11, 9), "等密评")]
    state, signs = found(steps=held, missing=[("app", "sso")])
    assert state is Health.BLOCKED
    assert signs == [
        "oa: the step “Switch over” is held: 等密评",
        "app needs sso, which has not arrived.",
        "oa: the step “Switch over” was due on 2026-11-09.",
    ]


def test_a_need_blocks_only_once_the_wave_has_begun() -> None:
    assert found(begun=False, missing=[("app", "sso")]) == (Health.ON_TRACK, [])


def test_what_has_all_arrived_is_on_track_whatever_it_took() -> None:
    assert found(left=0, ends_on=date(2026, 1, 1), steps=[]) == (Health.ON_TRACK, [])
