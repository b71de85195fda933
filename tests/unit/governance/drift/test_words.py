from __future__ import annotations

import pytest

from cloudctl.governance.drift.rounds import settle
from cloudctl.governance.drift.words import SENTENCES, changes
from cloudctl.messages import LOCALES
from tests.unit.governance.drift.snapshots import CLOUD, Town
from tests.unit.governance.drift.test_planner import EXPECTED, Twist


@pytest.mark.parametrize(("twist", "kind", "name"), EXPECTED.values(), ids=EXPECTED.keys())
def test_every_finding_has_a_sentence_and_one_next_step_in_every_language(twist: Twist, kind: str, name: str) -> None:
    town = Town()
    twist(town)
    (one,) = settle(town.plan(), {}, CLOUD).new
    assert one.kind == kind
    for texts in (one.words, one.next_step):
        assert set(texts) == set(LOCALES)
        assert not [text for text in texts.values() if "{" in text or not text]
    assert name in one.words["en"]
    assert (str(one.id) in one.next_step["en"]) == ("drift resolve" in one.next_step["en"])


def test_no_sentence_is_without_a_case() -> None:
    said = set()
    for twist, _, _ in EXPECTED.values():
        town = Town()
        twist(town)
        said |= {(line.kind, line.why) for line in town.lines()}
    assert said == set(SENTENCES)


def test_what_changed_is_said_with_units_and_nothing_as_a_dash() -> None:
    fields = {"memory_mib": (4096, 8192), "networks": (["a"], []), "server": (None, "vm-1")}
    assert changes(fields, "en") == "memory in MiB 4096 → 8192; networks a → -; attached to - → vm-1"
