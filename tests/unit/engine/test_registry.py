from __future__ import annotations

from pathlib import Path

import cloudctl.workflows
from cloudctl.domain.workflows import DONE, Saga
from cloudctl.engine.registry import render
from tests.unit.engine.toys import PLAIN


def test_the_rendered_list_names_sagas_and_their_steps_in_order() -> None:
    other = Saga(name="another", steps=(PLAIN.steps[2],), body=lambda *_: DONE)
    assert render([PLAIN, other]) == (
        "another\n  another.finish\nplain\n  plain.begin\n  plain.work\n  plain.finish\n  plain.give_up\n"
    )


def test_the_committed_list_is_what_is_registered() -> None:
    """A difference strands or misleads the sagas under way: guard the change with a patch, then write the list anew."""
    committed = Path(cloudctl.workflows.__file__).with_name("registered.txt").read_text()
    assert render(cloudctl.workflows.SAGAS) == committed
