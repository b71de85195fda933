"""Neutron without agents: ports and floating addresses become active by word of the API process."""

# Neutron is installed in the lab's environment only, and carries no types.
# mypy: disable-error-code="import-not-found,import-untyped,misc,no-untyped-call,unused-ignore"

from __future__ import annotations

from typing import Any

from neutron.services.l3_router.l3_router_plugin import L3RouterPlugin
from neutron_lib import constants
from neutron_lib.api.definitions import portbindings
from neutron_lib.plugins.ml2 import api

from . import wires

BINDING_FAULT = "lab-fault-binding"


class LabMechanismDriver(api.MechanismDriver):
    """Bind every port on any host, except where its name asks for a failure."""

    def initialize(self) -> None:
        """Be told of security groups too."""
        wires.subscribe()

    def update_port_postcommit(self, context: Any) -> None:
        if wires.ON_THE_ROUTER & {context.host, context.original_host}:
            wires.rewire()

    def delete_port_postcommit(self, context: Any) -> None:
        if context.host in wires.ON_THE_ROUTER:
            wires.rewire()

    @property
    def connectivity(self) -> str:
        return str(portbindings.CONNECTIVITY_L2)

    def bind_port(self, context: Any) -> None:
        # A port that no driver binds gets the vif_type binding_failed: what an operator sees when
        # the agent of a host is down.
        if BINDING_FAULT in context.current["name"]:
            return
        context.set_binding(
            context.segments_to_bind[0][api.ID],
            portbindings.VIF_TYPE_TAP if context.host == wires.VM_HOST else portbindings.VIF_TYPE_OVS,
            {portbindings.CAP_PORT_FILTER: True},
            status=constants.PORT_STATUS_ACTIVE,
        )


class LabRouterPlugin(L3RouterPlugin):
    """A router plugin whose floating addresses are active as soon as they have a port."""

    def create_floatingip(self, context: Any, floatingip: Any, *args: Any, **kwargs: Any) -> Any:
        return self._settle(context, super().create_floatingip(context, floatingip, *args, **kwargs))

    def update_floatingip(self, context: Any, id: str, floatingip: Any) -> Any:  # noqa: A002 - Neutron's name
        return self._settle(context, super().update_floatingip(context, id, floatingip))

    def disassociate_floatingips(self, context: Any, port_id: str, *args: Any, **kwargs: Any) -> Any:
        attached = self.get_floatingips(context.elevated(), filters={"port_id": [port_id]})
        result = super().disassociate_floatingips(context, port_id, *args, **kwargs)
        for address in attached:
            self.update_floatingip_status(context, address["id"], constants.FLOATINGIP_STATUS_DOWN)
        return result

    def _settle(self, context: Any, address: Any) -> Any:
        status = constants.FLOATINGIP_STATUS_ACTIVE if address.get("port_id") else constants.FLOATINGIP_STATUS_DOWN
        if address["status"] != status:
            self.update_floatingip_status(context, address["id"], status)
            address["status"] = status
        return address
