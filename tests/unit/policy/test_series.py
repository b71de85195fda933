"""The queries for telemetry: the shipped ones load, wrong ones are told by their place."""

from __future__ import annotations

from pathlib import Path

import pytest

from cloudctl.domain.errors import ConfigurationError
from cloudctl.domain.metrics import USE, Metric
from cloudctl.policy.registry import shipped
from cloudctl.policy.series import FILE, load, read

ONE = """
version: 1
sets:
  - name: mine
    servers: [{{label: uuid, by: native}}]
    queries:
      - metric: {metric}
        query: '{query}'
"""


def written(folder: Path, text: str) -> Path:
    (folder / FILE).write_text(text, "utf-8")
    return folder


def test_the_shipped_sets_tell_every_metric():
    sets = load(shipped())
    assert set(sets) == {"libvirt", "libvirt-info", "node", "blackbox"}
    told = {query.metric for each in sets.values() for query in each.queries}
    assert told == set(Metric)
    for name in ("libvirt", "libvirt-info", "node"):
        assert {query.metric for query in sets[name].queries} >= set(USE)
    for each in sets.values():
        for query in each.queries:
            assert "$" not in query.filled(step_s=300, window_s=600, day_s=86_400)


def test_a_directory_without_the_file_has_the_shipped_queries(tmp_path):
    assert load(tmp_path) == load(shipped())


def test_placeholders_are_filled_and_a_dollar_sign_is_written_twice(tmp_path):
    sets = load(written(tmp_path, ONE.format(metric="cpu_percent", query='rate(a{b=~"c$$"}[$window])')))
    (query,) = sets["mine"].queries
    assert query.filled(step_s=300, window_s=900, day_s=86_400) == 'rate(a{b=~"c$"}[900s])'


@pytest.mark.parametrize(
    ("metric", "query", "path"),
    [
        ("cpu_percent", "rate(a[$day])", "$.sets[0].queries[0].query"),
        ("logins", "increase(a[$window])", "$.sets[0].queries[0].query"),
        ("logins", "increase(a[$month])", "$.sets[0].queries[0].query"),
        ("logins", 'a{b=~"c$"}', "$.sets[0].queries[0].query"),
        ("temperature", "a", "$.sets[0].queries[0].metric"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(tmp_path, metric, query, path):
    sets, problems = read(written(tmp_path, ONE.format(metric=metric, query=query)))
    assert not sets
    assert [problem.path for problem in problems] == [path]
    with pytest.raises(ConfigurationError, match="policies check"):
        load(tmp_path)


def test_two_sets_of_one_name_are_refused(tmp_path):
    text = ONE.format(metric="cpu_percent", query="a")
    again = text.split("sets:\n")[1]
    assert [problem.path for problem in read(written(tmp_path, text + again))[1]] == ["$.sets"]
