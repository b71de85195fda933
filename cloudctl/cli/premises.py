"""Fields and words of machine rooms, racks, devices, colocations and accesses, as options and titles."""

from __future__ import annotations

from cloudctl.cli.surveys import Asked
from cloudctl.messages import mark

PREMISES: tuple[Asked, ...] = (
    Asked("category", mark("Category"), "word"),
    Asked("address", mark("Address")),
    Asked("area_m2", mark("Area (m²)"), "figure"),
    Asked("power_kw", mark("Rated power (kW)"), "figure"),
    Asked("it_power_kw", mark("IT power (kW)"), "figure"),
    Asked("total_power_kw", mark("Total power (kW)"), "figure"),
    Asked("ups_kva", mark("UPS (kVA)"), "figure"),
    Asked("cooling_kw", mark("Cooling (kW)"), "figure"),
    Asked("server_count", mark("Servers (survey)"), "whole"),
    Asked("virtual_host_count", mark("Virtual hosts (survey)"), "whole"),
    Asked("opened_on", mark("Opened on"), "day"),
    Asked("closed_on", mark("Closed on"), "day"),
    Asked("lapsed", mark("Exemption is over"), "yes"),
    Asked("rack_id", mark("Rack"), "racks"),
    Asked("units", mark("Units"), "whole"),
    Asked("power_w", mark("Power (W)"), "whole"),
    Asked("gone_on", mark("Gone on"), "day"),
    Asked("first_unit", mark("Lowest unit"), "whole"),
    Asked("vendor", mark("Vendor")),
    Asked("model", mark("Model")),
    Asked("serial", mark("Serial number")),
    Asked("addresses", mark("Addresses"), "list"),
    Asked("virtual_host", mark("Virtual host"), "yes"),
    Asked("vm_count", mark("Virtual machines"), "whole"),
    Asked("bought_on", mark("Bought on"), "day"),
    Asked("cost_fen", mark("Cost"), "yuan"),
    Asked("off_on", mark("Off since"), "day"),
    Asked("colocation_id", mark("Colocation"), "colocations"),
    Asked("device", mark("Device")),
    Asked("count", mark("Count"), "whole"),
    Asked("bandwidth_mbps", mark("Bandwidth (Mbit/s)"), "whole"),
    Asked("security_package", mark("Security package")),
    Asked("from_on", mark("From"), "day"),
    Asked("until_on", mark("Until"), "day"),
    Asked("egress_mbps", mark("Internet egress (Mbit/s)"), "whole"),
    Asked("description", mark("Description")),
)

# Columns that no option asks for.
SHOWN: dict[str, str] = {
    "room": mark("Machine room"),
    "rack": mark("Rack"),
    "racks": mark("Racks"),
    "largest": mark("In one piece"),
    "ended_on": mark("Ended on"),
    "exempt_until": mark("Exempt until"),
    "exemption_id": mark("Exemption"),
    "room_zone": mark("Zone of the room"),
    "access": mark("Kind of access"),
    "fittings": mark("Installed by people"),
}

LABELS: dict[str, str] = {
    "own": mark("own"),
    "shared": mark("shared"),
    "carrier": mark("carrier's"),
    "server_room": mark("server room"),
    "closet": mark("server closet"),
    "container": mark("container"),
    "line": mark("line"),
    "terminals": mark("terminals"),
    "egress": mark("Internet egress"),
    "province": mark("province"),
    "colocation": mark("colocation"),
    "access": mark("network access"),
    "storage": mark("storage"),
}
