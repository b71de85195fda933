from __future__ import annotations

import json
import logging
from collections.abc import Callable

import pytest
from sqlalchemy import Engine as Database
from sqlalchemy import text

from cloudctl.domain.errors import ConfigurationError
from cloudctl.domain.workflows import DONE, Saga, Verdict
from cloudctl.engine import Engine, WorkflowClient, log_context
from tests.unit.engine.toys import PLAIN, Journal, with_work
from tests.waiting import until

Start = Callable[..., None]
Launch = Callable[..., Engine]


def ended(workflows: WorkflowClient, key: str) -> Callable[[], bool]:
    def check() -> bool:
        state = workflows.get(key)
        return state is not None and state.status in {"SUCCESS", "ERROR"}

    return check


def test_a_saga_runs_its_steps_in_order_and_keeps_its_verdict(
    launch: Launch, start: Start, workflows: WorkflowClient, journal: Journal
) -> None:
    journal.gate.set()
    launch(PLAIN, journal)
    start("o:1", "o")
    until(ended(workflows, "o:1"))
    state = workflows.get("o:1")
    assert state is not None
    assert (state.saga, state.status, state.input, state.output) == ("plain", "SUCCESS", ("o",), DONE)
    assert journal.lines() == ["begin o", "work o", "finish o"]


def test_steps_are_kept_under_constant_names(
    launch: Launch, start: Start, workflows: WorkflowClient, journal: Journal
) -> None:
    journal.gate.set()
    launch(PLAIN, journal)
    start("o:1", "o")
    until(ended(workflows, "o:1"))
    assert [step.name for step in workflows.steps("o:1")] == ["plain.begin", "plain.work", "plain.finish"]
    assert {json.dumps(step.output) for step in workflows.steps("o:1")} == {'{"outcome": "done"}'}


def test_a_finished_step_is_not_run_again_after_a_restart(
    launch: Launch, start: Start, workflows: WorkflowClient, journal: Journal
) -> None:
    first = launch(PLAIN, journal)
    start("o:1", "o")
    assert journal.entered.wait(20)
    assert first.shutdown(drain_s=0) == 1  # one step is under way, and its lease is kept
    journal.gate.set()
    until(lambda: first._running == 0)
    first._lease.release()  # type: ignore[union-attr]  # as the end of the process would
    launch(PLAIN, journal)
    until(ended(workflows, "o:1"))
    assert journal.lines() == ["begin o", "work o", "work o", "finish o"]


def test_a_drained_saga_stands_still_at_the_boundary(
    launch: Launch, start: Start, workflows: WorkflowClient, journal: Journal
) -> None:
    first = launch(PLAIN, journal)
    start("o:1", "o")
    assert journal.entered.wait(20)
    first._stopping.set()
    journal.gate.set()
    assert first.shutdown(drain_s=20) == 0
    assert journal.lines() == ["begin o", "work o"]
    launch(PLAIN, journal)
    until(ended(workflows, "o:1"))
    assert journal.lines() == ["begin o", "work o", "finish o"]


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (lambda: 1 / 0, "ZeroDivisionError: division by zero"),
        (lambda: {"outcome": "perhaps"}, "TypeError: {'outcome': 'perhaps'} is not a verdict"),
        (lambda: {"outcome": "done", "reason": object}, "TypeError: Object of type type is not portable"),
        (lambda: None, "AttributeError: 'NoneType' object has no attribute 'get'"),
    ],
)
def test_whatever_goes_wrong_in_a_step_is_a_verdict_to_park(
    answer: Callable[[], Verdict],
    reason: str,
    launch: Launch,
    start: Start,
    workflows: WorkflowClient,
    journal: Journal,
    caplog: pytest.LogCaptureFixture,
) -> None:
    launch(with_work(lambda _ctx, _key: answer()), journal)
    start("o:1", "o")
    until(ended(workflows, "o:1"))
    state = workflows.get("o:1")
    assert state is not None
    assert state.status == "SUCCESS"
    assert state.output["outcome"] == "park"
    assert state.output["step"] == "work"
    assert state.output["reason"].startswith(reason)
    assert journal.lines()[-1].startswith(f"give_up o {reason}")
    assert [record.exc_info is not None for record in caplog.records if record.name == "cloudctl.engine.steps"] == [
        True
    ]


def test_everything_kept_is_portable_json(
    launch: Launch, start: Start, workflows: WorkflowClient, journal: Journal, database: Database
) -> None:
    launch(with_work(lambda _ctx, _key: 1 / 0), journal)  # type: ignore[arg-type,return-value]
    start("o:1", "o")
    until(ended(workflows, "o:1"))
    with database.connect() as connection:
        kept = connection.execute(
            text(
                "SELECT inputs, 'portable_json' FROM workflow_input UNION ALL"
                " SELECT output, serialization FROM operation_outputs UNION ALL"
                " SELECT w.output, serialization FROM workflow_output w JOIN workflow_status USING (workflow_uuid)"
            )
        ).all()
    assert len(kept) == 5
    assert {serialization for _, serialization in kept} == {"portable_json"}
    assert all(isinstance(json.loads(value), dict) for value, _ in kept)


def test_log_lines_know_their_workflow_and_step(
    launch: Launch, start: Start, workflows: WorkflowClient, journal: Journal
) -> None:
    seen: list[tuple[str | None, str | None]] = []

    def look(_ctx: Journal, _key: str) -> Verdict:
        seen.append((log_context.workflow.get(), log_context.step.get()))
        return DONE

    launch(with_work(look), journal)
    start("o:1", "o")
    until(ended(workflows, "o:1"))
    assert seen == [("o:1", "work")]
    assert log_context.workflow.get() is None


def test_a_key_has_a_limit_of_its_own(launch: Launch, start: Start, journal: Journal) -> None:
    launch(PLAIN, journal)
    for number in range(4):
        start(f"slow:{number}", f"slow{number}", key="cloud-a")
    until(lambda: sum(line.startswith("work slow") for line in journal.lines()) == 2)
    start("quick:1", "quick", key="cloud-b")
    until(lambda: "work quick" in journal.lines())
    assert sum(line.startswith("begin slow") for line in journal.lines()) == 2
    journal.gate.set()
    until(lambda: sum(line.startswith("finish") for line in journal.lines()) == 5)


def test_a_second_engine_on_the_same_file_is_refused(launch: Launch, journal: Journal, database: Database) -> None:
    launch(PLAIN, journal)
    with pytest.raises(ConfigurationError, match="Another process already runs the workflows"):
        Engine(database).launch()


def test_registering_a_name_twice_is_refused(database: Database) -> None:
    engine = Engine(database)
    engine.register(PLAIN, None)
    with pytest.raises(ConfigurationError, match="registered twice"):
        engine.register(PLAIN, None)


def test_two_steps_of_one_name_are_refused(database: Database) -> None:
    twice = Saga(name="twice", steps=(PLAIN.steps[0], PLAIN.steps[0]), body=PLAIN.body)
    with pytest.raises(ConfigurationError, match="have the same name"):
        Engine(database).register(twice, None)


def test_an_engine_that_was_never_launched_shuts_down(database: Database) -> None:
    assert Engine(database).shutdown() == 0


def test_it_prints_nothing_of_its_own(launch: Launch, journal: Journal, capfd: pytest.CaptureFixture[str]) -> None:
    launch(PLAIN, journal).shutdown()
    assert not any(type(handler) is logging.StreamHandler for handler in logging.getLogger("dbos").handlers)
    assert capfd.readouterr() == ("", "")
