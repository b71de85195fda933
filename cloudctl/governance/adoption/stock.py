"""The objects of a snapshot, found by whatever they are asked for: kind, native id, name, server, network."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from uuid import UUID

from cloudctl.domain.inventory import ObjectKind, ObjectState, Recorded

NAMEABLE = (ObjectKind.SERVER, ObjectKind.VOLUME)


class Stock:
    """All objects by cloud, kind and native id: their order in the snapshot does not matter."""

    def __init__(self, objects: Iterable[Recorded]) -> None:
        self.objects = sorted(objects, key=lambda found: (found.cloud, *found.object.identity))
        self._known: dict[tuple[str, ObjectKind, str], Recorded] = {}
        self._kinds: dict[ObjectKind, list[Recorded]] = defaultdict(list)
        self._named: dict[tuple[str, str], list[Recorded]] = defaultdict(list)
        self._networks: dict[str, dict[str, str]] = defaultdict(dict)
        for found in self.objects:
            thing = found.object
            self._known[found.cloud, thing.kind, thing.native_id] = found
            self._kinds[thing.kind].append(found)
            if thing.kind in NAMEABLE:
                self._named[found.cloud, thing.name].append(found)
            elif thing.kind is ObjectKind.NETWORK:
                self._networks[found.cloud][thing.native_id] = thing.name

    def of(self, kind: ObjectKind) -> list[Recorded]:
        """All of one kind."""
        return self._kinds[kind]

    def network_names(self, cloud: str) -> dict[str, str]:
        """The names of a cloud's networks by native id."""
        return self._networks[cloud]

    def by_native_id(self, cloud: str, native_id: str) -> list[Recorded]:
        """The server or volume of this native id."""
        keys = ((cloud, kind, native_id) for kind in NAMEABLE)
        return [self._known[key] for key in keys if key in self._known]

    def by_name(self, cloud: str, name: str, folder: str | None) -> list[Recorded]:
        """Servers and volumes of this name, in one folder or project or anywhere."""
        return [
            found
            for found in self._named[cloud, name]
            if folder is None or folder in (found.object.tenant_name, found.object.tenant)
        ]

    def server_of(self, found: Recorded) -> Recorded | None:
        """The server that a volume is attached to, as far as the inventory has it."""
        if found.object.kind is not ObjectKind.VOLUME or found.object.server is None:
            return None
        return self._known.get((found.cloud, ObjectKind.SERVER, found.object.server))

    def networks_of(self, found: Recorded) -> list[Recorded]:
        """The networks that an object is on."""
        keys = ((found.cloud, ObjectKind.NETWORK, native_id) for native_id in found.object.networks)
        return [self._known[key] for key in keys if key in self._known]

    def standing(self) -> dict[UUID, list[Recorded]]:
        """The servers that are there on each network, by the network's id."""
        servers: dict[UUID, list[Recorded]] = defaultdict(list)
        for server in self._kinds[ObjectKind.SERVER]:
            for network in self.networks_of(server) if server.state is ObjectState.PRESENT else ():
                servers[network.id].append(server)
        return servers
