"""Devices."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import ColumnElement, select

from cloudctl.domain.devices import Device, DeviceStatus
from cloudctl.persistence.repositories.records import Records
from cloudctl.persistence.tables import devices


class DeviceRecords(Records[Device]):
    """Devices."""

    noun, what = Device, "device"

    def lock(self, key: UUID) -> Device:
        return self._locked(key)

    def by_code(self, code: str) -> Device | None:
        return self._one(select(Device).where(devices.c.code == code))

    def by_serial(self, serial: str) -> Sequence[Device]:
        return self._standing(devices.c.serial == serial)

    def codes(self) -> dict[str, tuple[UUID, UUID]]:
        every = select(devices.c.code, devices.c.id, devices.c.department_id)
        return {row[0]: (row[1], row[2]) for row in self.session.execute(every)}

    def of_department(self, department_id: UUID) -> Sequence[Device]:
        return self._all(select(Device).where(devices.c.department_id == department_id).order_by(devices.c.code))

    def of_colocation(self, colocation_id: UUID) -> Sequence[Device]:
        return self._standing(devices.c.colocation_id == colocation_id)

    def standing_in(self, room_id: UUID) -> Sequence[Device]:
        return self._standing(devices.c.room_id == room_id)

    def _standing(self, where: ColumnElement[bool]) -> Sequence[Device]:
        there = select(Device).where(where, devices.c.status != DeviceStatus.GONE)
        return self._all(there.order_by(devices.c.code))
