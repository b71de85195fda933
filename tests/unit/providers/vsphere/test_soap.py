"""Answers read past pyVmomi: lists, updates, and what is no answer."""
# ruff: noqa: N802, N815 - the names are pyVmomi's

from __future__ import annotations

from http.client import HTTPException
from typing import Any

import pytest
from lxml import etree
from pyVmomi import vim

from cloudctl.domain.errors import Unreachable
from cloudctl.providers.vsphere.reader import read
from cloudctl.providers.vsphere.soap import Answer, RawStub, edges, kind_of, parse, rows, text
from tests.unit.providers.vsphere import answers


def test_reads_leaves_references_and_trees() -> None:
    entry = answers.machine(
        "vm-7",
        answers.prop("name", "财务 &amp; web"),
        answers.reference("runtime.host", "HostSystem", "host-9"),
        answers.prop("guest.net", "", "ArrayOfGuestNicInfo"),
        answers.devices(answers.disk("[ds] a.vmdk", 40, "6000-c2")),
    )
    answer = parse(answers.listed(entry, token="52/1"))
    (seen,) = answer.objects
    assert (seen.type, seen.moid, answer.token) == ("VirtualMachine", "vm-7", "52/1")
    assert seen.values["name"] == "财务 & web"
    assert seen.values["runtime.host"] == "host-9"
    assert list(rows(seen.values["guest.net"])) == []
    kinds = [kind_of(device) for device in rows(seen.values["config.hardware.device"])]
    assert kinds == ["VirtualIDEController", "VirtualCdrom", "VirtualDisk"]
    *_, disk = rows(seen.values["config.hardware.device"])
    assert text(disk, "backing", "fileName") == "[ds] a.vmdk"
    assert text(disk, "backing", "nothing", "there") == ""


def test_whatever_the_prefix_of_the_type_is_called() -> None:
    (seen,) = parse(answers.SIMULATED).objects
    assert [kind_of(device) for device in rows(seen.values["config.hardware.device"])] == ["VirtualDisk"]


def test_an_object_without_any_property_is_still_there() -> None:
    (seen,) = parse(answers.listed(answers.machine("vm-1"))).objects
    assert (seen.moid, seen.values) == ("vm-1", {})


def test_a_missing_property_is_passed_over() -> None:
    missing = "<missingSet><path>a.b</path><fault><fault xsi:type='InvalidProperty'/></fault></missingSet>"
    (seen,) = parse(answers.listed(answers.machine("vm-1", answers.prop("name", "a"), missing))).objects
    assert seen.values == {"name": "a"}


def test_reads_updates() -> None:
    body = answers.updates(
        "7", ("modify", "VirtualMachine", "vm-1"), ("leave", "VirtualMachine", "vm-2"), truncated=True
    )
    answer = parse(body)
    assert [(seen.change, seen.moid) for seen in answer.objects] == [("modify", "vm-1"), ("leave", "vm-2")]
    assert (answer.version, answer.truncated) == ("7", True)
    assert edges(body) == ("7", True)


def test_the_edges_of_updates_are_told_without_reading_them() -> None:
    many = [("enter", "VirtualMachine", f"vm-{number}") for number in range(500)]
    assert edges(answers.updates("12", *many)) == ("12", False)
    assert edges(answers.updates("12", *many, truncated=True)) == ("12", True)
    assert edges(answers.NOTHING_NEW) == ("", False)
    assert parse(answers.NOTHING_NEW) == Answer([])


def test_half_an_answer_is_no_answer() -> None:
    whole = answers.listed(answers.machine("vm-1", answers.prop("name", "a")))
    with pytest.raises(Unreachable, match="broken answer"):
        read(whole[: len(whole) // 2])


def test_a_document_type_is_refused() -> None:
    body = b'<!DOCTYPE x [<!ENTITY a "b">]>' + answers.listed().partition(b"\n")[2]
    with pytest.raises(etree.XMLSyntaxError, match="document type"):
        parse(body)


class Response:
    def __init__(self, status: int, body: bytes) -> None:
        self.status, self._body = status, body

    def read(self) -> bytes:
        return self._body


class Connection:
    """Gives what it is told to give; an exception is raised instead."""

    def __init__(self, answer: Response | Exception) -> None:
        self.answer = answer
        self.closed = False

    def request(self, *_: Any) -> None:
        if isinstance(self.answer, Exception):
            raise self.answer

    def getresponse(self) -> Any:
        return self.answer

    def close(self) -> None:
        self.closed = True


class Stub:
    """The parts of pyVmomi's stub that are used."""

    version, versionId, cookie, path = "vim.version.version12", '"urn:vim25/8.0"', "c", "/sdk"

    def __init__(self, *answers: Response | Exception) -> None:
        self.connections = [Connection(answer) for answer in answers]
        self.used: list[Connection] = []
        self.kept: list[Connection] = []

    def SerializeRequest(self, *_: Any) -> bytes:
        return b"<x/>"

    def GetConnection(self) -> Connection:
        self.used.append(self.connections.pop(0))
        return self.used[-1]

    def ReturnConnection(self, connection: Connection) -> None:
        self.kept.append(connection)

    def DropConnections(self) -> None:
        self.kept.clear()


class Info:
    result = object


def ask(stub: Stub) -> bytes:
    return RawStub(stub).InvokeMethod(None, Info, ())


def test_a_good_answer_is_given_as_it_came() -> None:
    stub = Stub(Response(200, b"<a/>"))
    assert ask(stub) == b"<a/>"
    assert stub.kept == stub.used


def test_a_connection_that_died_is_replaced_once() -> None:
    stub = Stub(ConnectionResetError(), Response(200, b"<a/>"))
    assert ask(stub) == b"<a/>"
    assert stub.used[0].closed
    with pytest.raises(ConnectionResetError):
        ask(Stub(ConnectionResetError(), ConnectionResetError(), Response(200, b"<a/>")))


def test_a_fault_is_raised_as_pyvmomi_has_it() -> None:
    detail = '<NotAuthenticatedFault xmlns="urn:vim25" xsi:type="NotAuthenticated"><object type="Folder">f-1</object>'
    detail += "<privilegeId>System.View</privilegeId></NotAuthenticatedFault>"
    body = (
        f"<soapenv:Fault><faultcode>ServerFaultCode</faultcode><faultstring>no</faultstring><detail>{detail}</detail>"
    )
    with pytest.raises(vim.fault.NotAuthenticated):
        ask(Stub(Response(500, answers.ENVELOPE.format(f"{body}</soapenv:Fault>").encode())))


def test_any_other_status_is_no_answer() -> None:
    with pytest.raises(HTTPException, match="503"):
        ask(Stub(Response(503, b"busy")))
