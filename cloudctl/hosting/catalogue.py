"""The blueprints of directories, read and checked: one folder a blueprint.

    catalogue = load(shipped())                  # raises ConfigurationError that lists every problem
    found = problems(Path("my-blueprints"))      # what is wrong with it, field by field, with the way out

A folder holds `blueprint.yaml`, which has the form of `blueprint.schema.json`, and a role: `tasks/install.yml` and
the others of TASKS, `templates/`, `files/`.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

import jsonschema
import msgspec

from cloudctl.domain.blueprints import Blueprint, Catalogue, Version
from cloudctl.domain.errors import ConfigurationError
from cloudctl.messages import mark
from cloudctl.policy.registry import read_document
from cloudctl.policy.schema import Problem

FILE = "blueprint.yaml"
TASKS = ("install.yml", "upgrade.yml", "remove.yml", "back_up.yml", "restore.yml")
"""What the role of a blueprint has in `tasks/`: each is what the playbook of that name applies."""
FORM = mark("It does not have the form of a blueprint: {detail}")
MEND = mark("docs/how-to/blueprints.md has a blueprint to copy; {about}")


def shipped() -> Path:
    """Where the shipped blueprints are."""
    return Path(str(resources.files("cloudctl.hosting"))) / "blueprints"


def load(*homes: Path) -> Catalogue:
    """The blueprints of all directories, by name; raises ConfigurationError that lists every problem.

    A blueprint of a later directory stands in the place of one of the same name in an earlier one.
    """
    blueprints: dict[str, Blueprint] = {}
    digest = hashlib.sha256()
    for home in homes:
        found = problems(home)
        if found:
            raise ConfigurationError(
                "The blueprints in {directory} cannot be used:\n{problems}",
                directory=str(home),
                problems="\n".join(map(str, found)),
            )
        for folder in _folders(home):
            document = read_document(folder / FILE, home, [])
            blueprints[folder.name] = msgspec.convert(document, Blueprint)
        for file in sorted(path for path in home.rglob("*") if path.is_file()):
            digest.update(str(file.relative_to(home)).encode() + b"\0" + file.read_bytes() + b"\0")
    return Catalogue(dict(sorted(blueprints.items())), digest.hexdigest())


def problems(home: Path) -> list[Problem]:
    """All that is wrong with the blueprints of a directory, by file and path; none when they can be used."""
    folders = _folders(home)
    found = [] if folders else [_problem(".", "$", mark("There is no blueprint."), mark("Add a folder with a {file}."))]
    for folder in folders:
        found.extend(_of(folder, home))
    return sorted(found, key=lambda problem: (problem.file, problem.path, problem.message))


def _folders(home: Path) -> list[Path]:
    return sorted(file.parent for file in home.glob(f"*/{FILE}"))


def _of(folder: Path, home: Path) -> Iterator[Problem]:
    found: list[Problem] = []
    document = read_document(folder / FILE, home, found)
    yield from found
    if document is None:
        return
    file = f"{folder.name}/{FILE}"
    broken = list(_form(document, file))
    yield from broken
    if broken:
        return
    blueprint = msgspec.convert(document, Blueprint)
    yield from _sense(blueprint, folder, file)
    for name in TASKS:
        if not (folder / "tasks" / name).is_file():
            yield _problem(
                f"{folder.name}/tasks/{name}",
                "$",
                mark("The file is missing."),
                mark("Write it; a file of `---` alone does nothing."),
            )


def _form(document: Any, file: str) -> Iterator[Problem]:
    for error in _validator().iter_errors(document):
        deepest = jsonschema.exceptions.best_match([error])
        here = deepest.schema if isinstance(deepest.schema, dict) else {}
        yield _problem(
            file,
            deepest.json_path,
            FORM,
            MEND,
            detail=deepest.message,
            about=str(here.get("description", mark("blueprint.schema.json says what each key means."))),
        )


def _sense(blueprint: Blueprint, folder: Path, file: str) -> Iterator[Problem]:
    """What the form alone does not say."""
    if blueprint.name != folder.name:
        yield _problem(
            file,
            "$.name",
            mark("{name} is not the folder's name."),
            mark("Give both the same name."),
            name=blueprint.name,
        )
    yield from _releases(blueprint, file)
    yield from _parameters(blueprint, file)
    for key, names in (
        ("sizes", [size.code for size in blueprint.sizes]),
        ("releases", [release.version for release in blueprint.releases]),
        ("checks", [check.name for check in blueprint.checks]),
        ("secrets", [secret.name for secret in blueprint.secrets]),
    ):
        for name in sorted({name for name in names if names.count(name) > 1}):
            yield _problem(
                file,
                f"$.{key}",
                mark("{name} stands there twice."),
                mark("Rename one of them or take it out."),
                name=name,
            )


def _releases(blueprint: Blueprint, file: str) -> Iterator[Problem]:
    known = {release.version for release in blueprint.releases}
    for place, release in enumerate(blueprint.releases):
        for before in release.upgrades_from:
            if before not in known or Version(before) >= Version(release.version):
                yield _problem(
                    file,
                    f"$.releases[{place}].upgrades_from",
                    mark("{before} is not an earlier release."),
                    mark("Name releases that stand in this file and are older than {version}."),
                    before=before,
                    version=release.version,
                )


def _parameters(blueprint: Blueprint, file: str) -> Iterator[Problem]:
    known: dict[str, Any] = blueprint.parameters["properties"]
    for name in blueprint.parameters.get("required", ()):
        if name not in known:
            yield _problem(
                file,
                "$.parameters.required",
                mark("{name} is not a parameter."),
                mark("Add it to the properties, or take it out."),
                name=name,
            )
    for name, asked in known.items():
        path = f"$.parameters.properties.{name}"
        try:
            jsonschema.Draft202012Validator.check_schema(asked)
        except jsonschema.SchemaError as error:
            yield _problem(file, path, FORM, MEND, detail=error.message, about="")
            continue
        if "type" not in asked and "enum" not in asked:
            yield _problem(file, path, mark("It has no type."), mark("Give it a type, or an enum."))
        if "default" not in asked and name not in blueprint.parameters.get("required", ()):
            yield _problem(
                file, path, mark("It may be left out, but has no default."), mark("Give a default, or require it.")
            )
        for trouble in jsonschema.Draft202012Validator(asked).iter_errors(asked.get("default", ...)):
            if "default" in asked:
                yield _problem(
                    file,
                    f"{path}.default",
                    mark("The default is not acceptable itself: {detail}"),
                    mark("Give another default, or allow this one."),
                    detail=trouble.message,
                )


def _problem(file: str, path: str, message: str, way_out: str, **params: str) -> Problem:
    return Problem(file=file, path=path, message=message, way_out=way_out, params={"file": FILE} | params)


@cache
def _validator() -> jsonschema.Draft202012Validator:
    text = resources.files("cloudctl.hosting").joinpath("blueprint.schema.json").read_text(encoding="utf-8")
    return jsonschema.Draft202012Validator(json.loads(text))
