"""The survey's fields of a system, as options and titles: each is declared once.

Money is given and shown in yuan; the API has it in fen.
"""

from __future__ import annotations

from typing import NamedTuple

from cloudctl.messages import mark


class Asked(NamedTuple):
    """A field: its name in the API, its title, how it is typed (text, day, whole, yes, yuan, or a noun's name)."""

    name: str
    title: str
    kind: str = "text"


WORDS: dict[str, dict[str, str]] = {
    "status": {"running": mark("switched on")},  # of a device; elsewhere it is under way
    "category": {
        "server_room": mark("server room"),
        "closet": mark("server closet"),
        "container": mark("container"),
        "office": mark("in an office"),
    },
    "system_class": {
        "business": mark("business"),
        "office": mark("office work"),
        "website": mark("website"),
        "data": mark("data and sharing"),
        "support": mark("support"),
        "other": mark("other"),
    },
    "layer": {
        "national": mark("national"),
        "provincial": mark("provincial"),
        "city": mark("city"),
        "district": mark("district"),
    },
    "build_way": {
        "self": mark("built by itself"),
        "outsourced": mark("outsourced"),
        "purchased": mark("purchased"),
        "leased": mark("leased as a service"),
    },
    "user_scope": {
        "unit": mark("within the unit"),
        "line": mark("the line of authorities"),
        "city": mark("all departments of the city"),
        "public": mark("the public"),
    },
    "use_frequency": {
        "daily": mark("daily"),
        "weekly": mark("weekly"),
        "monthly": mark("monthly"),
        "quarterly": mark("quarterly"),
        "yearly": mark("yearly"),
        "never": mark("never"),
    },
    "ipv6_status": {
        "none": mark("none"),
        "planned": mark("planned"),
        "dual_stack": mark("dual stack"),
        "ipv6_only": mark("IPv6 only"),
    },
}
"""The code words of a field, as people say them."""

SURVEY: tuple[Asked, ...] = (
    Asked("system_class", mark("Class of system"), "word"),
    Asked("function", mark("Function")),
    Asked("layer", mark("Layer"), "word"),
    Asked("status_on", mark("Status since"), "day"),
    Asked("merged_into_id", mark("Merged into"), "systems"),
    Asked("declared_zombie", mark("Declared a zombie system"), "yes"),
    Asked("approved_by", mark("Approving body")),
    Asked("approved_on", mark("Date of approval"), "day"),
    Asked("project_document", mark("Project document")),
    Asked("fiscal_project_code", mark("Fiscal project code")),
    Asked("built_by", mark("Builder")),
    Asked("built_on", mark("Built on"), "day"),
    Asked("build_way", mark("Way of building"), "word"),
    Asked("operated_by", mark("Operator")),
    Asked("investment_fen", mark("Investment (yuan)"), "yuan"),
    Asked("funding_source", mark("Source of funds")),
    Asked("yearly_cost_fen", mark("Yearly cost (yuan)"), "yuan"),
    Asked("contract_number", mark("Contract number")),
    Asked("contract_ends_on", mark("Contract ends on"), "day"),
    Asked("maintained_by", mark("Maintained by")),
    Asked("maintained_until", mark("Maintained until"), "day"),
    Asked("user_count", mark("Users"), "whole"),
    Asked("user_scope", mark("Scope of use"), "word"),
    Asked("use_frequency", mark("Frequency of use"), "word"),
    Asked("network", mark("Network")),
    Asked("room_id", mark("Machine room"), "rooms"),
    Asked("interfaces", mark("Interfaces")),
    Asked("virtualised", mark("Virtualised"), "yes"),
    Asked("backup", mark("Backup")),
    Asked("disaster_recovery", mark("Disaster recovery")),
    Asked("upgrade_needs", mark("Upgrade needs")),
    Asked("postponement_reason", mark("Why postponed")),
    Asked("postponed_until", mark("Postponed until"), "day"),
    Asked("check_url", mark("Address of its service")),
    Asked("mlps_filing_number", mark("MLPS filing number")),
    Asked("mlps_assessed_on", mark("MLPS assessed on"), "day"),
    Asked("mlps_due_on", mark("MLPS assessment due"), "day"),
    Asked("crypto_level", mark("Cryptography level"), "whole"),
    Asked("crypto_assessed_on", mark("Cryptography assessed on"), "day"),
    Asked("crypto_due_on", mark("Cryptography assessment due"), "day"),
    Asked("icp_number", mark("ICP number")),
    Asked("icp_due_on", mark("ICP filing due"), "day"),
    Asked("ipv6_status", mark("IPv6"), "word"),
    Asked("ipv6_due_on", mark("IPv6 due"), "day"),
    Asked("data_items", mark("Data items"), "whole"),
    Asked("data_items_provided", mark("Data items provided"), "whole"),
    Asked("data_items_structured", mark("Data items structured"), "whole"),
    Asked("contact_name", mark("Contact")),
    Asked("contact_phone", mark("Telephone")),
)

NAMES: tuple[str, ...] = tuple(asked.name for asked in SURVEY)
