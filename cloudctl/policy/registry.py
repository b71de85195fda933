"""The policies of a directory, one rule a file, by what they judge: `orders/*.yaml`, `rooms/*.yaml`.

    registry = load(shipped())           # the rules about orders; raises ConfigurationError with every problem
    registry = load(shipped(), ROOMS)
    registry, problems = read(directory) # what can be read, and what is wrong

Each subject has a document with the base of all cases' facts: `facts.yaml`, `rooms/facts.yaml`.

YAML is read here and nowhere else in the core. A key that stands twice is refused, and a date stays a text.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

import cloudctl
from cloudctl.domain.errors import ConfigurationError
from cloudctl.domain.policies import Effect
from cloudctl.messages import LOCALES, mark
from cloudctl.policy.conditions import Context, Expression
from cloudctl.policy.facts import completed, unknown
from cloudctl.policy.rules import Rule, placeholders
from cloudctl.policy.schema import Policy, Problem, parse, problems


@dataclass(frozen=True, slots=True)
class Subject:
    """What rules judge: the folder that they are in, and the base of their facts; orders have `items`.

    A directory without the folder has the shipped rules, but for the subject that every directory has of its `own`.
    """

    folder: str
    base: str
    own: bool = False
    items: bool = False


ORDERS = Subject("orders", "facts.yaml", own=True, items=True)
ROOMS = Subject("rooms", "rooms/facts.yaml")
ASSESSMENTS = Subject("assessments", "assessments/facts.yaml")
APPS = Subject("apps", "apps/facts.yaml")
SUBJECTS = (ORDERS, ROOMS, ASSESSMENTS, APPS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Registry:
    """The rules by name, the base facts, and `version`: a digest of the files, the same for the same policies."""

    rules: tuple[Rule, ...]
    base: dict[str, Any]
    version: str


def shipped() -> Path:
    """Where the shipped policies are: in the installed package, or beside it in a checkout."""
    package = Path(cloudctl.__file__).parent
    installed = package / "data" / "policies"
    return installed if installed.is_dir() else package.parent / "policies"


def load(directory: Path, subject: Subject = ORDERS) -> Registry:
    """All policies of `directory` about a subject; raises ConfigurationError that lists every problem."""
    registry, found = read(directory, subject)
    if found:
        raise ConfigurationError(
            "The policies in {directory} cannot be used; `cloudctl policies check` says the same:\n{problems}",
            directory=str(directory),
            problems="\n".join(map(str, found)),
        )
    return registry


def read(directory: Path, subject: Subject = ORDERS) -> tuple[Registry, list[Problem]]:
    """The policies about a subject that are sound, sorted by name, and the problems of the others."""
    if not (subject.own or (directory / subject.folder).is_dir()):
        directory = shipped()
    files = sorted(set((directory / subject.folder).glob("*.yaml")) - {directory / subject.base})
    found: list[Problem] = []
    base = _base(directory, subject, found)
    if not files:
        found.append(
            _problem(subject.folder, "$", message="There is no policy.", way_out="Put one *.yaml file a policy there.")
        )
    policies = [policy for file in files for policy in _policy(file, directory, found)]
    found.extend(_repeated(policies, subject))
    rules = [rule for policy in policies for rule in _rule(policy, subject, base, found)]
    rules.sort(key=lambda rule: rule.policy.name)
    found.sort(key=lambda problem: (problem.file, problem.path))
    return Registry(rules=tuple(rules), base=base, version=_digest(files)), found


def read_facts(file: Path, base: dict[str, Any]) -> dict[str, Any]:
    """The facts of a YAML or JSON file, completed from `base`; raises ConfigurationError with the problem."""
    found: list[Problem] = []
    document = read_document(file, file.parent, found)
    if document is None:
        raise ConfigurationError("{problem}", problem=str(found[0]))
    for fact in unknown(base, document):
        raise ConfigurationError("{file}: there is no fact {fact}; facts.yaml lists them all.", file=file, fact=fact)
    return completed(base, document)


class _Loader(yaml.CSafeLoader):
    """Plain YAML without its traps; read by libyaml, which the wheels bring, in a third of the time."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        keys = Counter(key.value for key, _ in node.value)
        twice = next((key for key, _ in node.value if keys[key.value] > 1), None)
        if twice is not None:
            problem = f"the key {twice.value!r} stands twice"
            raise yaml.constructor.ConstructorError(None, None, problem, twice.start_mark)
        return super().construct_mapping(node, deep)


def _as_text(loader: _Loader, node: yaml.ScalarNode) -> str:
    return str(loader.construct_scalar(node))


_Loader.add_constructor("tag:yaml.org,2002:timestamp", _as_text)


def read_document(file: Path, directory: Path, found: list[Problem]) -> dict[str, Any] | None:
    """The mapping that a file holds; None, and a problem, when it holds none."""
    name = str(file.relative_to(directory))
    try:
        document = yaml.load(file.read_text(encoding="utf-8"), Loader=_Loader)  # noqa: S506  # it is a SafeLoader
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        detail = " ".join(str(error).split())
        found.append(
            _problem(name, "$", message="It cannot be read: {detail}", way_out="Mend the file.", detail=detail)
        )
        return None
    if not isinstance(document, dict):
        found.append(_problem(name, "$", message="It is not a mapping.", way_out="Write `key: value` lines."))
        return None
    return document


def _base(directory: Path, subject: Subject, found: list[Problem]) -> dict[str, Any]:
    """The base document; {} when it cannot be used."""
    base = read_document(directory / subject.base, directory, found)
    if base is None or not subject.items or isinstance(base.get("item"), dict):
        return base or {}
    found.append(
        _problem(subject.base, "$.item", message="There is no neutral item.", way_out="Give every key of an item.")
    )
    return {}


def _policy(file: Path, directory: Path, found: list[Problem]) -> Iterator[Policy]:
    document = read_document(file, directory, found)
    if document is None:
        return
    name = str(file.relative_to(directory))
    broken = problems(document, name)
    found.extend(broken)
    if broken:
        return
    policy = parse(document)
    if policy.name != file.stem:
        found.append(
            _problem(
                name,
                "$.name",
                message="{name} is not the file's name.",
                way_out="Give both the same name.",
                name=policy.name,
            )
        )
    yield policy


def _repeated(policies: Iterable[Policy], subject: Subject) -> Iterator[Problem]:
    for name, times in Counter(policy.name for policy in policies).items():
        if times > 1:
            yield _problem(
                _file(name, subject),
                "$.name",
                message="{name} is used twice.",
                way_out="Rename one of the rules.",
                name=name,
            )


def _rule(policy: Policy, subject: Subject, base: dict[str, Any], found: list[Problem]) -> Iterator[Rule]:
    """The compiled rule, when its expressions, texts and cases are in order."""
    file = _file(policy.name, subject)
    broken = [
        *_effect_problems(policy, subject, file), *_expression_problems(policy, file), *_text_problems(policy, file),
        *_case_problems(policy, subject, base),
    ]  # fmt: skip
    if not broken and base:
        rule = Rule(policy)
        broken = list(_fact_problems(rule, subject, base))
        if not broken:
            yield rule
    found.extend(broken)


def _effect_problems(policy: Policy, subject: Subject, file: str) -> Iterator[Problem]:
    """Rules about assessments propose, and no other rule does."""
    if (policy.effect is Effect.PROPOSE) != (subject is ASSESSMENTS):
        yield _problem(
            file,
            "$.effect",
            message="{effect} has no meaning for {subject}.",
            way_out="Rules under assessments/ propose, all others do not.",
            effect=policy.effect.value,
            subject=subject.folder,
        )


def _expression_problems(policy: Policy, file: str) -> Iterator[Problem]:
    """Expressions that are not CEL."""
    sources = [("$.when", policy.when)]
    for name, source in policy.params.items():
        sources += [(f"$.params.{name}", part) for part in ([source] if isinstance(source, str) else source.values())]
    for path, source in sources:
        try:
            Expression(source)
        except ConfigurationError as error:
            yield _problem(file, path, message="{detail}", way_out="Mend the expression.", detail=str(error))


def _text_problems(policy: Policy, file: str) -> Iterator[Problem]:
    """Placeholders without a param, and params that no text uses."""
    used: set[str] = set()
    for path, text in (("$.reason", policy.reason), ("$.way_out", policy.way_out)):
        try:
            names = set(placeholders(text))
        except ValueError as error:
            yield _problem(file, path, message="{detail}", way_out="Close every brace.", detail=str(error))
            continue
        used |= names
        for name in sorted(names - policy.params.keys()):
            yield _problem(
                file,
                path,
                message="{{{name}}} has no value.",
                way_out="Add {name} to params, or take it out.",
                name=name,
            )
    for name in sorted(policy.params.keys() - used):
        yield _problem(
            file,
            f"$.params.{name}",
            message="No text uses it.",
            way_out="Use it in reason, or remove it.",
        )


def _case_problems(policy: Policy, subject: Subject, base: dict[str, Any]) -> Iterator[Problem]:
    """Cases of one kind only, with the same name, or with facts that do not exist."""
    file = _file(policy.name, subject)
    for index, case in enumerate(policy.cases):
        for fact in unknown(base, case.facts) if base else ():
            yield _problem(
                file,
                f"$.cases[{index}].facts.{fact}",
                message="There is no such fact.",
                way_out="Name only facts that policies/{base} lists.",
                base=subject.base,
            )
    if {case.speaks for case in policy.cases} != {True, False}:
        way_out = mark("Add a case in which the rule speaks and one in which it is silent.")
        yield _problem(file, "$.cases", message="They show one side only.", way_out=way_out)
    for name, times in Counter(case.name for case in policy.cases).items():
        if times > 1:
            yield _problem(
                file,
                "$.cases",
                message="{name} is used twice.",
                way_out="Give every case its own name.",
                name=name,
            )


def _fact_problems(rule: Rule, subject: Subject, base: dict[str, Any]) -> Iterator[Problem]:
    """Expressions that fail on the base facts: a key that does not exist, or a value of another type."""
    context = Context(completed(base, {}))
    if rule.policy.scope == "item":
        context.bind("item", base["item"])
    asked: list[tuple[str, Callable[[Context], object]]] = [("$.when", rule.when.holds)]
    for name, by_locale in rule.params.items():
        asked += [(f"$.params.{name}", by_locale[locale].value) for locale in LOCALES]
    for path, ask in asked:
        try:
            ask(context)
        except ConfigurationError as error:
            way_out = mark("Name only facts that policies/{base} lists; `item` needs the scope item.")
            file, params = _file(rule.policy.name, subject), {"detail": str(error), "base": subject.base}
            yield _problem(file, path, message="{detail}", way_out=way_out, **params)
            return


def _digest(files: Iterable[Path]) -> str:
    digest = hashlib.sha256()
    for file in files:
        digest.update(file.name.encode() + b"\0" + file.read_bytes() + b"\0")
    return digest.hexdigest()[:12]


def _file(name: str, subject: Subject) -> str:
    return f"{subject.folder}/{name}.yaml"


def _problem(file: str, path: str, *, message: str, way_out: str, **params: str) -> Problem:
    return Problem(file=file, path=path, message=message, way_out=way_out, params=params)
