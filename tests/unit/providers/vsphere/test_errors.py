"""Recorded faults, also those that the simulator never raises, and what each is told as."""

from __future__ import annotations

import socket
import ssl
from http.client import BadStatusLine, HTTPException, RemoteDisconnected

import pytest
from pyVmomi import vim, vmodl

from cloudctl.domain.errors import Absent, Busy, CapacityExhausted, Rejected, Unreachable
from cloudctl.providers.vsphere.errors import LONGEST_WORDS, fault_error, translated, words_of

RECORDED = [
    (vim.fault.InsufficientMemoryResourcesFault, CapacityExhausted),
    (vim.fault.InsufficientCpuResourcesFault, CapacityExhausted),
    (vim.fault.InsufficientResourcesFault, CapacityExhausted),
    (vim.fault.InsufficientFailoverResourcesFault, CapacityExhausted),
    (vim.fault.NoDiskSpace, CapacityExhausted),
    (vim.fault.NoCompatibleHost, CapacityExhausted),
    (vim.fault.VmLimitLicense, CapacityExhausted),
    (vmodl.fault.ManagedObjectNotFound, Absent),
    (vim.fault.DuplicateName, Busy),
    (vim.fault.TaskInProgress, Busy),
    (vim.fault.ConcurrentAccess, Busy),
    (vim.fault.ResourceInUse, Busy),
    (vim.fault.FileLocked, Busy),
    (vim.fault.Timedout, Busy),
    (vim.fault.InvalidState, Busy),
    (vim.fault.InvalidPowerState, Busy),
    (vmodl.fault.HostNotConnected, Busy),
    (vim.fault.NotAuthenticated, Busy),
    (vmodl.fault.RequestCanceled, Busy),
    (vmodl.fault.HostCommunication, Busy),
    (vim.fault.NoPermission, Rejected),
    (vim.fault.InvalidDatastore, Rejected),
    (vim.fault.InvalidName, Rejected),
    (vim.fault.VmConfigFault, Rejected),
    (vmodl.fault.InvalidArgument, Rejected),
    (vmodl.fault.NotSupported, Rejected),
    (vmodl.fault.SystemError, Rejected),
]


@pytest.mark.parametrize(("fault", "error"), RECORDED, ids=lambda each: each.__name__.rpartition(".")[2])
def test_a_fault_is_told_by_its_class_whatever_its_words(fault, error):
    for words in ("", "没有空间", "quota no disk space busy"):
        told = fault_error(fault(msg=words))
        assert type(told) is error
        assert fault.__name__.rpartition(".")[2] in str(told)
        assert words in str(told)


def test_words_are_the_fault_s_name_and_message_and_its_causes_and_nothing_else():
    cause = vmodl.LocalizableMessage(key="msg.vmx.power", message="Module 'Disk' power on failed.")
    fault = vim.fault.GenericVmConfigFault(msg="Cannot open the disk.", reason="guestinfo.userdata=SECRET")
    fault.faultMessage = [cause]
    assert words_of(fault) == "GenericVmConfigFault Cannot open the disk. Module 'Disk' power on failed."
    assert len(words_of(vim.fault.VmConfigFault(msg="x" * 5000))) == LONGEST_WORDS


def raised(error, *, write):
    with pytest.raises((Unreachable, Rejected)) as told, translated(write=write):
        raise error
    return told.value


@pytest.mark.parametrize(
    "error",
    [
        ConnectionRefusedError(111, "Connection refused"),
        socket.gaierror(-2, "Name or service not known"),
        ssl.SSLCertVerificationError("certificate verify failed"),
    ],
    ids=lambda error: type(error).__name__,
)
@pytest.mark.parametrize("write", [False, True])
def test_what_was_never_sent_had_no_effect(error, write):
    told = raised(error, write=write)
    assert isinstance(told, Unreachable)
    assert not told.effect_unknown


@pytest.mark.parametrize(
    "error",
    [
        RemoteDisconnected("no response"),
        ConnectionResetError(104, "reset"),
        TimeoutError("timed out"),
        ssl.SSLEOFError("EOF occurred in violation of protocol"),
        BadStatusLine("junk"),
        HTTPException("503 Service Unavailable"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_what_may_have_arrived_had_an_effect_if_it_writes(error):
    assert raised(error, write=True).effect_unknown
    assert not raised(error, write=False).effect_unknown


def test_what_is_let_through_comes_as_it_is():
    with pytest.raises(vim.fault.NotAuthenticated), translated(write=True, but=vim.fault.NotAuthenticated):
        raise vim.fault.NotAuthenticated
