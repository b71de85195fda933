"""What a vCenter answers, told as the `BackendError`s of the domain: the only place that knows its faults.

    with translated(write=True):
        machine.PowerOnVM_Task()
    raise fault_error(task.info.error)            # what a task ended with

Faults are told apart by class, for their messages are often empty or in the vCenter's language. Errors of the
connection are no faults: they are told by whether the request can have arrived.
"""

from __future__ import annotations

import re
import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.client import HTTPException
from xml.parsers.expat import ExpatError

from pyVmomi import vim, vmodl

from cloudctl.domain.errors import Absent, BackendError, Busy, CapacityExhausted, Failed, Rejected, Unreachable

LONGEST_WORDS = 500
_PYTHON_NAME = re.compile(r"^(?:vim|vmodl)\.(?:fault\.)?")


def no_room(words: str) -> BackendError:
    """No host or datastore has what it takes."""
    return CapacityExhausted("The cloud has no room: {words}", words=words)


def rejected(words: str) -> BackendError:
    """The vCenter does not accept the request as it stands."""
    return Rejected("The cloud refuses the request: {words}", words=words)


def busy(words: str) -> BackendError:
    """The vCenter would take the same request later."""
    return Busy("The cloud is busy: {words}", words=words)


def absent(words: str) -> BackendError:
    """The vCenter has no such object."""
    return Absent("The cloud has no such object: {words}", words=words)


def failed(words: str | None) -> BackendError:
    """The object itself is in error."""
    return Failed("The object went into error: {words}", words=words or "-")


def unreachable(words: str, *, effect_unknown: bool) -> Unreachable:
    """No usable answer came."""
    return Unreachable("The cloud did not answer: {words}", effect_unknown=effect_unknown, words=words)


#: The first class that a fault is an instance of decides.
OUTCOMES: tuple[tuple[tuple[type[BaseException], ...], Callable[[str], BackendError]], ...] = (
    (
        (
            vim.fault.InsufficientResourcesFault,
            vim.fault.NoDiskSpace,
            vim.fault.NoCompatibleHost,
            vim.fault.VmLimitLicense,
            vim.fault.FileTooLarge,
        ),
        no_room,
    ),
    ((vmodl.fault.ManagedObjectNotFound, vim.fault.FileNotFound), absent),
    (
        (
            vim.fault.DuplicateName,  # names end in the key: another worker is making the same
            vim.fault.TaskInProgress,
            vim.fault.ConcurrentAccess,
            vim.fault.ResourceInUse,
            vim.fault.FileLocked,
            vim.fault.Timedout,
            vim.fault.InvalidHostConnectionState,
            vim.fault.NotAuthenticated,
            vmodl.fault.RequestCanceled,
            vmodl.fault.HostCommunication,
        ),
        busy,
    ),
    ((vim.fault.InvalidState,), busy),  # after its subclasses: the object's state does not allow the act just now
)


def fault_error(fault: BaseException) -> BackendError:
    """The error that a fault stands for, from a call or from a task."""
    words = words_of(fault)
    return next((error(words) for classes, error in OUTCOMES if isinstance(fault, classes)), rejected(words))


def words_of(fault: BaseException) -> str:
    """The fault's name and message, and its causes, cut; never its other properties, which may repeat a value."""
    name = _PYTHON_NAME.sub("", type(fault).__name__)
    said = [str(getattr(fault, "msg", "") or "")]
    said += [str(getattr(cause, "message", "") or "") for cause in getattr(fault, "faultMessage", None) or ()]
    return " ".join([name, *" ".join(said).split()])[:LONGEST_WORDS]


@contextmanager
def translated(*, write: bool, but: tuple[type[BaseException], ...] | type[BaseException] = ()) -> Iterator[None]:
    """Turns what pyVmomi raises into BackendErrors; `write` says whether the request would change something.

    What is a `but` passes as it is.
    """
    try:
        yield
    except but:
        raise
    except vmodl.MethodFault as fault:
        raise fault_error(fault) from fault
    except (ConnectionRefusedError, socket.gaierror, ssl.SSLCertVerificationError) as error:
        raise unreachable(_short(error), effect_unknown=False) from error
    except (OSError, HTTPException, ExpatError) as error:
        raise unreachable(_short(error), effect_unknown=write) from error


def _short(error: BaseException) -> str:
    return f"{type(error).__name__} {error}".strip()[:LONGEST_WORDS]
