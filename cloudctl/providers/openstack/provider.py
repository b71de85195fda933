"""One OpenStack as a `ports.clouds.Provider`.

    provider = connect(cloud, clock)      # reads clouds.yaml or the environment, sends nothing yet
    provider.check()                      # raises Unreachable or Rejected

Credentials are looked up the way every OpenStack client does it: the entry named like `cloud.code` in the file that is
given, or that OS_CLIENT_CONFIG_FILE names, or in the usual places; else the OS_* variables. They need the admin role,
because projects and their quotas are made with them; inside a project we act with the role `member` alone.
"""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from keystoneauth1.exceptions import ClientException
from openstack.config import OpenStackConfig
from openstack.connection import Connection
from openstack.exceptions import SDKException

from cloudctl.domain.clouds import DECLARED, Admission, Capability, Cloud, CloudKind
from cloudctl.domain.errors import ConfigurationError
from cloudctl.ports.clock import Clock
from cloudctl.providers.openstack.addresses import OpenStackAddresses
from cloudctl.providers.openstack.client import Client, quiet
from cloudctl.providers.openstack.exports import OpenStackExports
from cloudctl.providers.openstack.inventory import OpenStackInventory
from cloudctl.providers.openstack.lookups import Lookups
from cloudctl.providers.openstack.networks import OpenStackNetworks
from cloudctl.providers.openstack.servers import OpenStackServers
from cloudctl.providers.openstack.tenants import OpenStackTenants
from cloudctl.providers.openstack.translate import Entry
from cloudctl.providers.openstack.usage import OpenStackUsage
from cloudctl.providers.openstack.volumes import OpenStackVolumes


class OpenStackProvider:
    """The nouns of one cloud over one client; safe for several threads."""

    capabilities: ClassVar[frozenset[Capability]] = DECLARED[CloudKind.OPENSTACK]

    def __init__(self, client: Client, clock: Clock, admitted: tuple[Admission, ...] = ()) -> None:
        self._client = client
        lookups = Lookups(client, clock)
        self.tenants = OpenStackTenants(client, admitted)
        self.networks = OpenStackNetworks(client, lookups)
        self.volumes = OpenStackVolumes(client)
        self.servers = OpenStackServers(client, lookups, self.volumes, clock)
        self.addresses = OpenStackAddresses(client, lookups)
        self.exports = OpenStackExports(client, self.volumes)
        self.inventory = OpenStackInventory(client, clock)
        self.usage = OpenStackUsage(client, clock)

    def check(self) -> None:
        """Two calls at most: a token, and a list of one server."""
        self._client.get("compute", "/servers?limit=1", "servers", list[Entry])


def connect(
    cloud: Cloud, clock: Clock, clouds_file: Path | None = None, admitted: tuple[Admission, ...] = ()
) -> OpenStackProvider:
    """The provider of `cloud`; raises ConfigurationError when no usable credentials are configured for its code.

    Every new project is closed to all but those that are `admitted`.
    """
    try:
        with quiet():
            config = _configured(clouds_file)
            names = config.get_cloud_names()
            # The environment's own entry goes by a name that OS_CLOUD_NAME can change.
            entry = cloud.code if cloud.code in names else str(config.envvar_key)
            if entry not in names:
                raise ConfigurationError(
                    "No credentials for the cloud {code}: add an entry of this name to clouds.yaml, or set OS_AUTH_URL "
                    "and the other OS_ variables.",
                    code=cloud.code,
                )
            connection = Connection(config=config.get_one(cloud=entry))
            return OpenStackProvider(Client(connection), clock, admitted)
    except (SDKException, ClientException) as error:
        raise ConfigurationError(
            "The credentials for the cloud {code} cannot be used: {words}", code=cloud.code, words=str(error)
        ) from error


def _configured(clouds_file: Path | None) -> OpenStackConfig:
    """The file that is given, alone; else the usual places and the environment."""
    if clouds_file is None:
        return OpenStackConfig(app_name="cloudctl")
    return OpenStackConfig(config_files=[str(clouds_file)], load_envvars=False, app_name="cloudctl")
