"""`cloudctl demo` as somebody who has just installed it tries it, and what it says to try next."""

from __future__ import annotations

import csv
import re
import shlex
import subprocess
import time
from datetime import datetime
from pathlib import Path

import pytest

from cloudctl.cli.local.office_day import SERVERS
from cloudctl.cli.local.past import WEEKS
from cloudctl.cli.local.zombie_day import ALIKE, ZOMBIE
from cloudctl.domain.calendars import PEOPLE_ZONE
from tests.e2e.installation import Installation
from tests.waiting import until

NEXT = "Try next:"
PEOPLE = [
    "auditor", "capacity", "district", "head", "neighbour", "neighbour-head", "network", "office", "officer",
    "operator", "reviewer", "security", "town", "town-head",
]  # fmt: skip
# What becomes of the orders of the story (ends with number 4) and of the day (ends with number 11).
ENDS = {
    "delivered": {1, 3, 4, 5, 6, 7, 10, 11},
    "submitted": {2},
    "in_review": {8},
    "returned": {9},
}


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Installation:
    return Installation(tmp_path_factory.mktemp("demo"))


@pytest.fixture(scope="module")
def said(town: Installation) -> str:
    """What the demonstration printed."""
    began = time.monotonic()
    words = town.run("demo")
    print(f"cloudctl demo: {time.monotonic() - began:.1f} s")
    return words


def test_the_demonstration_plays_the_whole_story(said: str) -> None:
    numbers = [int(number) for number in re.findall(r"^(\d+)\. ", said, re.MULTILINE)]
    assert numbers == list(range(1, len(numbers) + 1))
    assert "100 departments, 600 systems, 1200 servers" in said
    for state in ("submitted", "signed_off", "returned", "approved", "provisioning", "delivered"):
        assert f"[{state}]" in said or f"  {state}  " in said or f"is now: {state}." in said, state
    for trouble in ("[deny] quota-exceeded", "Not found: There is no order", "is switched off; it can be restored"):
        assert trouble in said, trouble


def test_a_form_with_one_wrong_row_leaves_nothing_and_the_corrected_one_is_one_order(said: str) -> None:
    refusal, _, taken = scene(said, "A neighbour hands in the form").partition("Nothing was written.")
    assert "Faults in the form: 1. Nothing was created." in refusal
    assert "no-such-image is not on the list." in refusal
    assert "Marked: " in refusal
    assert number(5) not in refusal
    assert words_of(taken, number(5))[1:2] == ["submitted"]
    assert words_of(taken, number(5))[-2:] == [str(SERVERS + 1), str(SERVERS)]
    signing = scene(said, "The head of the department finds it")
    assert "Sign it off, or return it." in signing
    assert f"Order {number(5)} is now: signed_off." in signing


def test_three_specialists_give_opinions_on_it(said: str) -> None:
    asked = scene(said, "The office accepts it")
    assert f"Order {number(5)} is now: in_review." in asked
    assert "Give your opinion on it." in asked
    given = re.findall(r"^Specialist +(\w+) specialist\nState +given\nVerdict +(.+)$", asked, re.MULTILINE)
    assert given == [("capacity", "agree"), ("security", "agree with conditions"), ("network", "agree")]


def test_what_lacks_something_is_returned_with_a_letter(said: str) -> None:
    small = scene(said, "Four more applications")
    assert f"Order {number(9)} is now: returned." in small
    assert "Correct it and hand it in again." in small
    assert re.search(rf"^补正\S+ +supplement +{number(9)} ", small, re.MULTILINE)


def test_a_batch_is_tried_carried_out_and_one_of_it_recalled(said: str) -> None:
    tried, _, done = scene(said, "The office approves the rest in one go").partition("this was a dry run.")
    assert "Nothing was kept: " in tried
    for part in (tried, done):
        rows = re.findall(r"^(\S+) +\1 +success +approved ", part, re.MULTILINE)
        assert rows == [number(order) for order in (5, 6, 7, 8)]
    assert "All 4 orders are done." in done
    assert f"Order {number(8)} is now: in_review." in done.partition("orders recall")[2]
    assert words_of(done.partition("cloudctl todo")[2], number(8))


def test_a_district_finds_its_township_s_order_and_decides_on_it(said: str) -> None:
    told = scene(said, "A township applies")
    assert words_of(told.partition("cloudctl todo")[2], number(10))
    assert told.index("is now: in_review.") < told.index("is now: approved.")
    assert re.search(rf"^{number(10)} +(approved|provisioning|delivered) ", told, re.MULTILINE)


def test_an_emergency_is_built_at_once_and_its_paper_is_owed(said: str) -> None:
    flood = scene(said, "An emergency")
    assert re.search(r"^Number +YJ\d{4}-0001$", flood, re.MULTILINE)
    assert re.search(r"^State +open$", flood, re.MULTILINE)
    assert flood.index("Approved by telephone as an emergency") < flood.index("[delivered] Delivered.")
    assert re.search(rf"{number(11)} .*Hand the signed form of the emergency in\.", flood)


def test_what_was_given_back_comes_back_with_its_addresses(said: str) -> None:
    server = re.compile(r"^fgw-oa-2 +(\w+) .* (\d+\.\d+\.\d+\.\d+), (fd[0-9a-f:]+) .* (\S+)$", re.MULTILINE)
    built, given_back, restored = server.findall(said)
    assert (built[0], given_back[0], restored[0]) == ("active", "retained", "active")
    assert built[1:] == given_back[1:] == restored[1:]
    assert restored in server.findall(scene(said, "The server that was given back"))


def test_it_is_refused_where_there_is_data_already(town: Installation, said: str) -> None:
    before = sorted(path.name for path in town.data.iterdir())
    refused = town.run("demo", code=2)
    assert str(town.data) in refused
    assert "CLOUDCTL_DATA_DIR" in refused
    assert "Traceback" not in refused
    assert sorted(path.name for path in town.data.iterdir()) == before


def test_the_commands_that_it_names_work(town: Installation, said: str) -> None:
    named = [line.partition("#")[0].strip() for line in said.partition(NEXT)[2].splitlines() if line.strip()]
    serve = named[0]
    assert serve.startswith(f"CLOUDCTL_DATA_DIR={town.data} ")
    env_file = next(Path(line.removeprefix(". ")) for line in named if line.startswith(". "))
    assert env_file.stat().st_mode & 0o077 == 0
    commands = [line for line in named[1:] if "cloudctl " in line]
    assert len(commands) >= 3
    with town.serving("/bin/sh", "-c", f"exec env {serve}"):
        for command in commands:
            assert _in_a_shell(town, f". {shlex.quote(str(env_file))} && {command}"), command
        shell = f". {shlex.quote(str(env_file))} && {commands[0]} --all -o csv"
        ends: dict[str, set[int]] = {}

        def over() -> bool:
            ends.clear()
            for row in csv.DictReader(_in_a_shell(town, shell).splitlines()):
                ends.setdefault(row["state"], set()).add(int(row["number"].rpartition("-")[2]))
            return ends == ENDS

        until(over, what=lambda: ends)


def test_it_ends_with_the_consolidation_claimed_against_verified(town: Installation, said: str) -> None:
    status = scene(said, "The office looks at the consolidation")
    assert words_of(status, "gaj-room")[-3:] == ["power", "is", "on"]
    left = [line.split() for line in status.splitlines() if " centralisation-rooms " in line]
    verified = [int(words[-2]) for words in left]
    assert len(verified) >= WEEKS
    assert verified == sorted(verified, reverse=True)
    assert verified[-1] > int(left[-1][-1]), "what is claimed is further than what is verified"
    explained = scene(said, "Who says so?")
    for lie in ("power is on", "one person signed twice", "a photo was reused", "answers from 192.168.77.9"):
        assert lie in explained, lie
    assert re.search(r"Placed: [1-9]\d*, blocked: 0", scene(said, "What is still to move"))
    ranked = scene(said, "The departments, ranked")
    scores = [float(line.split()[-1]) for line in ranked.splitlines() if re.match(r" +\d+ +[a-z]+ ", line)]
    assert len(scores) == 10
    assert scores == sorted(scores, reverse=True)
    assert "Net (yuan)" in scene(said, "What it saves")
    starts = {path.suffix: path.read_bytes()[:2] for path in (town.data / "desk").glob("monthly-*")}
    assert starts == {".xlsx": b"PK", ".pdf": b"%P"}


def test_the_planted_zombie_is_named_and_its_owner_asked_and_its_look_alike_is_not(said: str) -> None:
    found = scene(said, "What does nobody use any more?")
    listed, _, explained = found.partition("cloudctl zombies list")[2].partition("cloudctl zombies explain")
    assert words_of(listed, ZOMBIE)[2] == "zombie"
    assert words_of(listed, ALIKE)[2] in {"in", "watched"}, "it works on the first of the month"
    assert re.search(rf"^{ZOMBIE} \S+: zombie, \d+ % sure", explained, re.MULTILINE)
    tried, _, started = scene(said, "A campaign takes on").partition("1 would be taken on. A dry run")
    assert words_of(tried, ZOMBIE)
    assert "1 are taken on." in started
    cases = started.partition("cloudctl zombies case list")[2]
    assert words_of(cases, ZOMBIE)[3:5] == ["owner", "asked"]
    assert ALIKE not in cases


def test_every_person_of_the_story_can_log_in(town: Installation, said: str) -> None:
    files = sorted(town.data.glob("*.env"))
    assert sorted(path.stem for path in files) == PEOPLE
    with town.process("serve"):
        for path in files:
            told = _in_a_shell(town, f". {shlex.quote(str(path))} && {town.program} me -o json")
            assert f'"name": "{path.stem}"' in told


def scene(said: str, title: str) -> str:
    """What was printed under this heading."""
    (found,) = [part for part in re.split(r"^\d+\. ", said, flags=re.MULTILINE) if part.startswith(title)]
    return found


def number(order: int) -> str:
    """An order's number; the demonstration takes place this year, as people count it."""
    return f"{datetime.now(PEOPLE_ZONE).year}-{order:06d}"


def words_of(text: str, first: str) -> list[str]:
    """The cells of the table's row that begins with, or has, this number."""
    return next(line.split() for line in text.splitlines() if first in line.split())


def _in_a_shell(town: Installation, line: str) -> str:
    """As typed, where the demonstration was started."""
    done = subprocess.run(
        ["/bin/sh", "-c", line], env=town.environment, cwd=town.home, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, f"{line}\n{done.stdout}\n{done.stderr}"
    return done.stdout
