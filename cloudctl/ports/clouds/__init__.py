"""A cloud as the core sees it: one Protocol a noun, bound together by `Provider`.

The contract, for every provider and tested by one suite:

* `find` answers what the backend has for the given keys; it never creates. A backend's list may lag.
* `create` sends the create and answers the fact as it stands, most often unfinished. It does not look first: the
  caller finds before it creates.
* `delete` and every other act on something that is already so is done; `delete` of what is absent is done.
* Nothing waits: the caller polls `find` until the status is what it needs.
* Every failure is a `BackendError` of `domain/errors.py`; no exception of an SDK passes.
* What a provider does not declare in `capabilities` raises `Unsupported`.
"""

from cloudctl.ports.clouds.addresses import Addresses
from cloudctl.ports.clouds.exports import Exports
from cloudctl.ports.clouds.inventories import Inventory
from cloudctl.ports.clouds.networks import Networks
from cloudctl.ports.clouds.providers import Clouds, Provider
from cloudctl.ports.clouds.servers import Servers
from cloudctl.ports.clouds.tenants import Tenants
from cloudctl.ports.clouds.usage import Usage
from cloudctl.ports.clouds.volumes import Volumes

__all__ = [
    "Addresses",
    "Clouds",
    "Exports",
    "Inventory",
    "Networks",
    "Provider",
    "Servers",
    "Tenants",
    "Usage",
    "Volumes",
]
