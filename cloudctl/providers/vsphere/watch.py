"""One property filter on all tasks under way, in a collector of its own, so that nobody else waits for its news."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from pyVmomi import vim, vmodl

from cloudctl.domain.errors import Absent, BackendError
from cloudctl.providers.vsphere.client import Client, Query

#: Long enough to be few calls, short enough for a task that is added just when a wait begins.
WAIT_S = 2


class Watch:
    """Used by one thread, but for `wake`."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self.reset()

    def reset(self) -> None:
        """Forgets collector and filter: their session may be gone."""
        self._collector: Any = None
        self._filter: Any = None
        self._tasks: frozenset[Any] = frozenset()
        self._version = ""
        self._login = 0
        self._woken = False

    def wake(self) -> None:
        """Ends the wait that is going on, because there is another task to watch."""
        collector = self._collector
        if collector is not None:
            self._woken = True
            with suppress(BackendError):
                self._client.call(lambda _: collector.CancelWaitForUpdates())

    def ended(self, tasks: list[Any]) -> dict[Any, Any]:
        """The tasks that have ended since, each with its fault or None; waits for news for WAIT_S at most.

        What the vCenter no longer knows has ended as well: whoever looks at the object sees how.
        """
        if frozenset(tasks) != self._tasks or self._login != self._client.logins:
            gone = self._open(tasks)
            if gone:
                return dict.fromkeys(gone)
        news = self._news()
        if news is None:
            return {}
        self._version = news.version
        ended: dict[Any, Any] = {}
        for change in (change for each in news.filterSet for change in each.objectSet):
            values = {each.name: each.val for each in change.changeSet}
            if values.get("info.state") == vim.TaskInfo.State.success:
                ended[change.obj] = None
            elif values.get("info.state") == vim.TaskInfo.State.error:
                ended[change.obj] = values.get("info.error") or vmodl.MethodFault(msg="no reason given")
        return ended

    def _news(self) -> Any:
        options = Query.WaitOptions(maxWaitSeconds=WAIT_S)
        try:
            return self._client.call(lambda _: self._collector.WaitForUpdatesEx(self._version, options))
        except BackendError:
            if not self._woken:
                raise
            return None
        finally:
            self._woken = False

    def _open(self, tasks: list[Any]) -> list[Any]:
        """Makes the one filter anew; answers the tasks that the vCenter does not know any more."""
        if self._collector is None or self._login != self._client.logins:
            self.reset()
            self._collector = self._client.call(lambda content: content.propertyCollector.CreatePropertyCollector())
            self._login = self._client.logins
        if self._filter is not None:
            old, self._filter = self._filter, None
            self._client.call(lambda _: old.DestroyPropertyFilter())
        kinds = [Query.PropertySpec(type=vim.Task, all=False, pathSet=["info.state", "info.error"])]
        wanted = Query.FilterSpec(propSet=kinds, objectSet=[Query.ObjectSpec(obj=task) for task in tasks])
        self._version, self._tasks = "", frozenset()
        try:
            self._filter = self._client.call(lambda _: self._collector.CreateFilter(wanted, False))
        except Absent:
            return [task for task in tasks if not self._known(task)]
        self._tasks = frozenset(tasks)
        return []

    def _known(self, task: Any) -> bool:
        try:
            return any(self._client.read(vim.Task, [task], ("info.state",)))
        except Absent:
            return False
