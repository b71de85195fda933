from __future__ import annotations

from tests.unit.api.conftest import City


def test_the_catalogue_shows_what_can_be_ordered(city: City) -> None:
    catalogue = city.as_("officer").get("/v1/catalogue").json()
    assert set(catalogue) == {
        "specifications",
        "images",
        "volume_types",
        "zones",
        "classifications",
        "security_packages",
    }
    assert [zone["code"] for zone in catalogue["zones"]] == ["extranet"]


def test_a_retired_entry_is_no_longer_offered(city: City) -> None:
    entry = {"name": "旧", "vcpu": 1, "memory_mib": 1024, "root_disk_gib": 10}
    path = "/v1/catalogue/specifications/old.small"
    more = {"architecture": "x86_64", "xinchuang": False, "retired": False}
    assert city.as_("admin").put(path, entry).json() == {"code": "old.small", **more, **entry}
    assert city.as_("admin").put(path, entry | {"retired": True}).json()["retired"] is True
    offered = city.as_("officer").get("/v1/catalogue").json()["specifications"]
    assert "old.small" not in {specification["code"] for specification in offered}


def test_bad_codes_and_fields_are_refused(city: City) -> None:
    assert city.as_("admin").put("/v1/catalogue/zones/a%20b", {}).status == 422
    answer = city.as_("admin").put("/v1/catalogue/zones/dmz", {"name": "DMZ", "name_en": "DMZ", "max_mlps_level": 6})
    assert answer.json()["field"] == "max_mlps_level"
    assert city.as_("admin").put("/v1/catalogue/toasters/x", {}).status == 404


def test_clouds_and_their_capacity(city: City) -> None:
    path = f"/v1/clouds/{city.ids['cloud-a']}"
    assert city.as_("officer").get(path).json()["zones"] == ["extranet"]
    (listed,) = city.as_("officer").get("/v1/clouds?code=cloud-a").json()["items"]
    shown = city.as_("officer").get(path).json()
    assert shown == listed | {"age_s": shown["age_s"]}
    assert {"health", "synced_at", "age_s"} <= shown.keys()
    version = city.as_("admin").get(path).json()["version"]
    changed = city.as_("admin").patch(path, {"overcommit": {"vcpu": 2.0}}, if_match=f'"{version}"')
    assert changed.json()["overcommit"] == {"vcpu": 2.0}
    rows = city.as_("officer").get("/v1/capacity?cloud=cloud-a").json()
    assert {row["dimension"]: row["total"] for row in rows}["vcpu"] == 1024


def test_quotas_and_the_address_plan(city: City) -> None:
    own = city.as_("officer").get("/v1/quotas?dimension=vcpu").json()["items"]
    assert [(row["department_id"], row["limit"]) for row in own] == [(city.ids["fgw"], 400)]
    assert city.as_("stranger").get("/v1/quotas").json()["items"] == []
    overlap = city.as_("admin").post("/v1/supernets", {"zone": "extranet", "cidr": "10.8.4.0/24"})
    assert (overlap.status, overlap.json()["code"]) == (409, "conflict")
    bad = city.as_("admin").post("/v1/supernets", {"zone": "extranet", "cidr": "10.8.4.1/24"})
    assert (bad.status, bad.json()["field"]) == (422, "cidr")
