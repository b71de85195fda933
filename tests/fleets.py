"""Many hosts at once, past the use cases: departments with systems, each with servers that are enrolled.

spread(app, 20_000)      # 90 departments, 180 systems
"""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import insert

from cloudctl.bootstrap import App
from cloudctl.domain.identifiers import new_id
from cloudctl.persistence.tables import departments, hosts, servers, systems
from tests.unit.services.enrolling import HOST_KEY

DEPARTMENTS, SYSTEMS, CLOUDS, ROLES = 90, 180, 4, ("web", "database", "files")


def spread(app: App, count: int) -> None:
    """`count` servers in service, each with a system, a role and a patch ring."""
    now = datetime.now(UTC)
    units = [
        {"id": new_id(), "code": f"unit{number:02}", "name": f"单位{number}", "level": "city", "path": f"/{number}/",
         "clouds": frozenset(), "created_at": now, "version": 1}
        for number in range(DEPARTMENTS)
    ]  # fmt: skip
    named = [
        {"id": new_id(), "department_id": units[number % DEPARTMENTS]["id"], "code": f"sys{number:03}",
         "name": f"系统{number}", "mlps_level": 2 + number % 2, "xinchuang": False, "status": "in_use",
         "created_at": now, "version": 1}
        for number in range(SYSTEMS)
    ]  # fmt: skip
    built = [
        {"id": new_id(), "order_id": None, "item": 0, "department_id": named[number % SYSTEMS]["department_id"],
         "system_id": named[number % SYSTEMS]["id"], "cloud": f"cloud-{number % CLOUDS}", "zone": "extranet",
         "name": f"server-{number}", "state": "active", "backend_id": f"b-{number}", "protected": False,
         "created_at": now, "version": 1, "specification": "s2", "vcpu": 2, "memory_mib": 4096, "root_disk_gib": 40,
         "image": "openeuler", "network_id": None, "ssh_keys": [], "power": "on",
         "fixed_addresses": [f"10.{number // 65536}.{number // 256 % 256}.{number % 256}"]}
        for number in range(count)
    ]  # fmt: skip
    known = [
        {"id": one["id"], "ssh_port": 22, "account": "cloudctl", "os_family": "RedHat", "os_name": "openEuler 24.03",
         "roles": [ROLES[number % len(ROLES)]], "shared": False, "ring": "broad", "host_key": HOST_KEY,
         "enrolled_at": now, "facts": {}, "created_at": now, "version": 1}
        for number, one in enumerate(built)
    ]  # fmt: skip
    with app.engines.write.begin() as connection:
        for table, rows in ((departments, units), (systems, named), (servers, built), (hosts, known)):
            connection.execute(insert(table), rows)
        connection.exec_driver_sql("ANALYZE")
