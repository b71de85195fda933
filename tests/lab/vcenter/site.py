"""A vCenter with a feed of its inventory, and hands to change behind its back what the feed is to tell."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Callable
from http.client import HTTPSConnection
from pathlib import Path
from typing import Any

from pyVim.task import WaitForTask
from pyVmomi import vim

from cloudctl.domain.inventory import CloudObject, Identity, ObjectKind
from cloudctl.providers.vsphere.client import Client, trust
from cloudctl.providers.vsphere.config import configured
from cloudctl.providers.vsphere.inventory import VsphereInventory
from tests.lab.vcenter import Vcenter

Objects = dict[Identity, CloudObject]


class Site:
    """A vCenter, its feed, and hands of its own to change things with."""

    def __init__(self, vcenter: Vcenter, clouds: Path) -> None:
        self.vcenter = vcenter
        self.clouds = vcenter.write_clouds(clouds)
        self.clients: list[Client] = []
        self.inventory = self.another()
        self.hands = self.client()

    def client(self) -> Client:
        client = Client(configured("lab-vcenter", self.clouds))
        self.clients.append(client)
        return client

    def another(self) -> VsphereInventory:
        """A feed as another process has it, that has counted once."""
        inventory = VsphereInventory(self.client())
        inventory.changes(None)
        self.full(inventory)
        return inventory

    def full(self, inventory: VsphereInventory | None = None) -> Objects:
        return {each.identity: each for page in (inventory or self.inventory).full() for each in page}

    def servers(self) -> list[CloudObject]:
        return [each for each in self.full().values() if each.kind is ObjectKind.SERVER]

    def machine(self, uuid: str) -> Any:
        return self.hands.call(lambda content: content.searchIndex.FindByUuid(None, uuid, True, True))

    def folder(self, path: str) -> Any:
        return self.hands.call(lambda content: content.searchIndex.FindByInventoryPath(path))

    def act(self, uuid: str, act: Callable[[Any], Any]) -> Any:
        """Does something to a machine and waits for it."""
        machine = self.machine(uuid)
        task = self.hands.call(lambda _: act(machine))
        if isinstance(task, vim.Task):
            WaitForTask(task)
            return task.info.result
        return task

    def note(self, uuid: str, **notes: str) -> None:
        options = [vim.option.OptionValue(key=f"cloudctl.{name}", value=text) for name, text in notes.items()]
        self.act(uuid, lambda machine: machine.ReconfigVM_Task(vim.vm.ConfigSpec(extraConfig=options)))

    def clone(self, uuid: str, name: str, folder: str = "DC0/vm") -> str:
        """A copy of a machine, by its UUID."""
        cluster = self.folder("DC0/host/DC0_C0")
        place = vim.vm.RelocateSpec(pool=cluster.resourcePool)
        wanted = vim.vm.CloneSpec(location=place, powerOn=False, template=False)
        parent = self.folder(folder)
        made = self.act(uuid, lambda machine: machine.CloneVM_Task(parent, name, wanted))
        return str(made.config.instanceUuid)

    def add_disk(self, uuid: str, size_gib: int) -> str:
        """Puts a second disk into a machine; gives its file."""
        devices = self.machine(uuid).config.hardware.device
        (first,) = [each for each in devices if isinstance(each, vim.vm.device.VirtualDisk)]
        backing = vim.vm.device.VirtualDisk.FlatVer2BackingInfo(fileName="", diskMode="persistent")
        disk = vim.vm.device.VirtualDisk(
            key=-1, controllerKey=first.controllerKey, unitNumber=5, capacityInKB=size_gib << 20, backing=backing
        )
        change = vim.vm.device.VirtualDeviceSpec(operation="add", fileOperation="create", device=disk)
        self.act(uuid, lambda machine: machine.ReconfigVM_Task(vim.vm.ConfigSpec(deviceChange=[change])))
        devices = self.machine(uuid).config.hardware.device
        return str([each for each in devices if isinstance(each, vim.vm.device.VirtualDisk)][-1].backing.fileName)

    def tag(self, uuid: str, category: str, *names: str) -> None:
        """Attaches these tags of a category to a machine, all of them new."""
        config = configured("lab-vcenter", self.clouds)
        connection = HTTPSConnection(config.host, config.port, context=trust(config))
        login = b64encode(f"{config.username}:{config.password}".encode()).decode()

        def ask(path: str, body: object, **headers: str) -> Any:
            connection.request("POST", f"/rest/com/vmware/cis/{path}", json.dumps(body), headers)
            response = connection.getresponse()
            answer = response.read()
            assert response.status == 200, answer
            return json.loads(answer)["value"] if answer else None

        session = {"vmware-api-session-id": ask("session", {}, Authorization=f"Basic {login}")}
        made = {"name": category, "description": "", "cardinality": "MULTIPLE", "associable_types": []}
        owner = ask("tagging/category", {"create_spec": made}, **session)
        machine = {"type": "VirtualMachine", "id": self.machine(uuid)._GetMoId()}
        for name in names:
            tag = {"name": name, "description": "", "category_id": owner}
            key = ask("tagging/tag", {"create_spec": tag}, **session)
            ask(f"tagging/tag-association/id:{key}?~action=attach", {"object_id": machine}, **session)
        connection.close()

    def close(self) -> None:
        for client in self.clients:
            client.call(lambda content: content.rootFolder._stub.DropConnections())
