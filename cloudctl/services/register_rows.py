"""A sheet of the register on the desk: each row held against what is on record, and against the others.

    desk = Desk(uow=uow, form=SHEETS["systems"], known=known, ids=ids, today=today)
    desk.examine(lines)
    desk.new, desk.changed, desk.faults

A row becomes a record of its noun and passes that noun's own checks; only what differs from the record is a change.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import date
from functools import cached_property
from typing import Any
from uuid import UUID

from cloudctl.domain.accesses import Access
from cloudctl.domain.declarations import FIELD, refuse_secret
from cloudctl.domain.errors import Invalid, UserError
from cloudctl.domain.forms import Fault
from cloudctl.domain.identifiers import new_id
from cloudctl.domain.lifecycle import DEVICES, FITTINGS, ROOMS, SYSTEMS
from cloudctl.domain.register import Doubt, check_fields
from cloudctl.domain.register_sheets import CLEAR, WITHIN_ROOMS, RegisterSheet
from cloudctl.domain.sheets import Line, missing
from cloudctl.domain.systems import System
from cloudctl.messages import mark
from cloudctl.ports.unit_of_work import UnitOfWork

Key = tuple[object, ...]
Progress = Callable[[int], None]
MACHINES = {"systems": SYSTEMS, "rooms": ROOMS, "devices": DEVICES, "accesses": FITTINGS}
FIXED = frozenset({"kind", "zone"})
ANEW = mark("Fetch the sheet anew.")
EVERY = 500
"""Rows between two words about the progress."""


@dataclass(kw_only=True)
class Row:
    """A row that has become a record: `changes` are what differs from the one on record, None for a new one."""

    line: Line
    entity: Any
    changes: dict[str, object] | None


@dataclass(kw_only=True)
class Desk:
    """What a sheet's rows are held against, and what was found so far.

    `ids` are, of each live list, what stands on record for a code: an id, or the code itself.
    """

    uow: UnitOfWork
    form: RegisterSheet
    ids: Mapping[str, Mapping[str, object]]
    today: date
    rows: list[Row] = field(default_factory=list)
    unchanged: int = 0
    faults: list[Fault] = field(default_factory=list)
    doubts: list[tuple[int, Doubt]] = field(default_factory=list)

    @property
    def new(self) -> list[Any]:
        """The records that were not there before."""
        return [row.entity for row in self.rows if row.changes is None]

    @property
    def changed(self) -> dict[UUID, dict[str, object]]:
        """What changes in those that were."""
        return {row.entity.id: row.changes for row in self.rows if row.changes is not None}

    def examine(self, lines: Sequence[Line], progress: Progress) -> None:
        """Takes every row in; what is wrong with one does not keep the others from being looked at."""
        resolved = [(line, self._resolved(line)) for line in lines]
        first_of: dict[Key, int] = {}
        for line, values in resolved:
            key = self._key(values)
            if None not in key and first_of.setdefault(key, line.row) != line.row:
                again = Invalid("Row {row} is about the same one.", way_out="Keep one row for each.", row=first_of[key])
                self.fault(line.row, self.form.key[-1], again)
            elif None not in key and key not in self.records and not self.foreign(key):
                self._ids_of_new[key] = new_id()
        for count, (line, values) in enumerate(resolved, start=1):
            if first_of.get(self._key(values)) == line.row:
                self._examine(line, values)
            if count % EVERY == 0:
                progress(count)
        progress(len(lines))

    def fault(self, row: int, key: str, error: UserError) -> None:
        """Puts on the list what is wrong in a cell; what means no column stands at the row's own."""
        letters = self.form.sheet.letters
        cell = f"{letters.get(key, letters[self.form.key[-1]])}{row}"
        self.faults.append(
            Fault(
                sheet=self.form.title, cell=cell, message=error.message, way_out=error.way_out, params=error.params,
                code=error.code,
            )
        )  # fmt: skip

    @cached_property
    def records(self) -> Mapping[Key, dict[str, Any]]:
        """What is on record and in the actor's realm, by its key."""
        return {self._key(record): record for record in self.everywhere if self._sees(record)}

    def foreign(self, key: Key) -> bool:
        """Whether the key is taken by what the actor does not see."""
        return key in self._foreign

    @cached_property
    def everywhere(self) -> Sequence[dict[str, Any]]:
        """What is on record, whoever sees it."""
        return self.uow.register_rows.on_record(self.form.plural)

    @cached_property
    def _foreign(self) -> frozenset[Key]:
        return frozenset(self._key(record) for record in self.everywhere if not self._sees(record))

    def _sees(self, record: Mapping[str, Any]) -> bool:
        if "department_id" in record:
            return self.uow.actor.sees(record["department_id"])
        return self.uow.actor.sees_all or record["room_id"] in self.ids["rooms"].values()

    @cached_property
    def _ids_of_new(self) -> dict[Key, UUID]:
        return {}

    @cached_property
    def _names(self) -> frozenset[str]:
        return frozenset(field.name for field in fields(self.form.entity) if field.init)

    @cached_property
    def _racks(self) -> Mapping[tuple[UUID, str], UUID]:
        return self.uow.racks.codes()

    def _key(self, values: Mapping[str, Any]) -> Key:
        return tuple(values.get(name) for name in self.form.key)

    def _resolved(self, line: Line) -> dict[str, Any]:
        """The row's values with ids instead of codes; what is to be cleared has what nobody has filled in."""
        values: dict[str, Any] = {}
        for name, value in line.values.items():
            if value == CLEAR:
                values[name] = self.form.unset.get(name)
            elif (choices := self.form.references.get(name)) is None:
                enum = self.form.enums.get(name)
                values[name] = value if enum is None else enum(str(value))
            elif choices == WITHIN_ROOMS or name == "merged_into_id":
                values[name] = value
            elif value in self.ids[choices]:
                values[name] = self.ids[choices][str(value)]
            else:  # it has just been retired
                line.faults.append((name, Invalid("{value} is not on the list.", way_out=ANEW, value=str(value))))
        for key, error in line.faults:
            self.fault(line.row, key, error)
        return values

    def _examine(self, line: Line, values: dict[str, Any]) -> None:
        key = self._key(values)
        record = self.records.get(key)
        if self.foreign(key):
            taken = Invalid("{code} is taken.", way_out="Use another code.", code=str(key[-1]))
            self.fault(line.row, self.form.key[-1], taken)
            return
        try:
            self._follow_references(values, record)
            self._follow_declaration(values, record)
            row = self._added(line, key, values) if record is None else self._edited(line, values, record)
        except UserError as error:
            if not line.faults or error.field not in {name for name, _ in line.faults}:
                self.fault(line.row, error.field or self.form.key[-1], error)
            return
        if row is None:
            self.unchanged += 1
        else:
            self.rows.append(row)
            if isinstance(row.entity, System):
                self.doubts += [(line.row, doubt) for doubt in row.entity.doubts(self.today)]

    def _follow_references(self, values: dict[str, Any], record: Mapping[str, Any] | None) -> None:
        """Codes that may stand in the same sheet, and codes that mean something within a room only."""
        if isinstance(values.get("merged_into_id"), str):
            code = values["merged_into_id"]
            found = self.ids["systems"].get(code) or self._ids_of_new.get((code,))
            if found is None:
                raise Invalid(
                    "{value} is not on the list.", field="merged_into_id",
                    way_out="Name a system that is on record, or in this sheet.", value=code[:40],
                )  # fmt: skip
            values["merged_into_id"] = found
        if isinstance(values.get("rack_id"), str):
            room = values.get("room_id") or (record or {}).get("room_id")
            if room is None:
                raise Invalid("A rack stands in a room.", field="room_id", way_out="Name the room.")
            found = self._racks.get((room, values["rack_id"]))
            if found is None:
                raise Invalid(
                    "The room has no rack {rack}.", field="rack_id", way_out="Register the rack first, or correct it.",
                    rack=values["rack_id"][:40],
                )  # fmt: skip
            values["rack_id"] = found

    def _follow_declaration(self, values: dict[str, Any], record: Mapping[str, Any] | None) -> None:
        """That no state secrets are handled, where the noun has it declared."""
        if not self.form.more:
            return
        declared = values.pop(FIELD, None)
        refuse_secret(declared, {})
        if declared and (record is None or record["declared_at"] is None):
            values |= {"declared_by": self.uow.actor.name, "declared_at": self.uow.now}

    def _added(self, line: Line, key: Key, values: dict[str, Any]) -> Row | None:
        wrong = {name for name, _ in line.faults}
        needed = [name for name in self.form.needed if values.get(name) is None and name not in wrong]
        for name in needed:
            self.fault(line.row, name, missing())
        if self.form.more and "declared_at" not in values and FIELD not in wrong:
            error = Invalid(
                "It has to be declared that no state secrets are handled.",
                way_out="Write 是 after your department's secrecy officer has confirmed it.",
            )
            self.fault(line.row, FIELD, error)
            return None
        if needed or wrong:
            return None
        entity = self._made(line, {"id": self._ids_of_new[key], "created_at": self.uow.now, **values})
        return entity and Row(line=line, entity=entity, changes=None)

    def _edited(self, line: Line, values: dict[str, Any], record: dict[str, Any]) -> Row | None:
        changes = {name: value for name, value in values.items() if record[name] != value}
        if not changes or line.faults:
            return None
        if "department_id" in changes:
            raise Invalid(
                "It belongs to another department; a sheet moves nothing from one to the other.",
                field="department_id", way_out="Put the owner back, or leave the cell empty.",
            )  # fmt: skip
        if self.form.entity is Access and FIXED & changes.keys():
            raise Invalid(
                "{field_name} cannot be changed.", field=min(FIXED & changes.keys()),
                way_out="Put it back, or leave the cell empty.", field_name=min(FIXED & changes.keys()),
            )  # fmt: skip
        self._follow_status(record, changes)
        entity = self._made(line, record | changes)
        return entity and Row(line=line, entity=entity, changes=changes)

    def _follow_status(self, record: dict[str, Any], changes: Mapping[str, Any]) -> None:
        """Raises Refused for a claim that cannot follow the one on record."""
        name = "state" if "state" in changes else "status"
        if name not in changes:
            return
        try:
            MACHINES[self.form.plural].towards(str(record[name]), str(changes[name]))
        except UserError as error:
            error.field = name
            raise

    def _made(self, line: Line, values: Mapping[str, Any]) -> Any | None:
        """The record, if it passes its noun's own checks; all that these find is told at once."""
        try:
            entity = self.form.entity(**{name: value for name, value in values.items() if name in self._names})
            found = list(_checked(entity, self.form, self.today))
        except Invalid as error:
            found = [error]
        for fault in found:
            self.fault(line.row, fault.field or "", fault)
        return None if found else entity


def _checked(entity: Any, form: RegisterSheet, today: date) -> Iterator[Invalid]:
    """What contradicts itself in a record; a system has checked itself when it was made."""
    if hasattr(entity, "faults"):
        check_fields(entity, form.fields)
        yield from entity.faults(today)
    elif not isinstance(entity, System):
        entity.check()
