"""The OpenAPI 3.1 document: what the framework knows of inputs, joined with the schemas of our answers.

`answering` declares what a route answers with, next to the route; `document` puts everything together once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import msgspec
from fastapi import FastAPI
from starlette.responses import Response

from api.examples import example_of
from api.problems import MEDIA_TYPE, Problem
from cloudctl.domain.accounts import Permission

Json = dict[str, Any]

DESCRIPTION = """\
Ask for servers, storage and network segments of the city's shared cloud, follow each order, and see what the
department has. Every refusal is a problem document (RFC 9457) that names the field and the way out; every list goes
on with `next`; every POST may carry an `Idempotency-Key` and is then carried out once.
"""

TAGS: dict[str, str] = {
    "orders": "Applications for resources, from draft to delivery.",
    "opinions": "What specialists say to an accepted order, side by side (并联意见).",
    "letters": "Numbered official letters (文书): acceptance, refusal, supplement, decision.",
    "servers": "Servers (云主机).",
    "volumes": "Volumes (云硬盘).",
    "networks": "Network segments (网段).",
    "addresses": "Floating addresses, and the address plan of the zones.",
    "ratings": "What applicants say of delivered orders, and what the office answers (好差评).",
    "quotas": "What each department may use, and what the clouds have left.",
    "catalogue": "What can be ordered.",
    "clouds": "The clouds on record.",
    "inventory": "What the clouds have, whoever made it (资源清单), and the syncs that read it.",
    "systems": "Information systems (政务信息系统).",
    "rooms": "Machine rooms (机房), and what the shared ones have left.",
    "racks": "Racks (机柜) of machine rooms.",
    "devices": "Physical servers and other devices (设备).",
    "colocations": "Places for departments' own devices in the shared room (集中托管).",
    "accesses": "Lines, terminals and Internet egress (网络接入).",
    "register": "The register as workbooks: sheets fetched, taken in, given back marked.",
    "departments": "Departments (部门).",
    "accounts": "People and their tokens.",
    "policies": "Policies and exemptions.",
    "supervision": "Time limits of the steps of orders, and cards (电子监察).",
    "calendars": "Working days and freeze windows.",
    "deputies": "Who acts for whom (AB岗), and from when until when.",
    "todo": "What waits for the caller (待办).",
    "workflows": "The machine's work on orders, for operators.",
    "emergencies": "Orders that were approved by telephone (应急): built first, signed after.",
    "transfers": "Resources that go to another department, with both heads' signatures.",
    "adoptions": "What already runs becomes a department's (纳管): rules, sheets, dry run, undo.",
    "drift": "Where the clouds and the records disagree (漂移), and what is done about it.",
    "zombies": "Zombie systems (僵尸系统): verdicts with their evidence, purposes, exemptions, campaigns and cases.",
    "resources": "What all kinds of resource have in common: restoring and protection.",
    "consolidation": "Claimed beside verified: evidence (证据), indicators (指标), cases (督办), waves, assessments.",
    "telemetry": "What servers do (监测数据): sources, readings, coverage, days of use.",
    "clearings": "Zombie systems cleared (僵尸系统清理): campaigns, cases, the kill switch, close-out (销号).",
    "hosts": "Servers as playbooks know them (主机), and who may enter them (访问授权).",
    "runs": "Playbooks (自动化脚本) and their runs: asked for, approved, followed, resumed.",
    "apps": "Applications on the platform (应用), what is done to them, and their backups.",
    "blueprints": "What can be deployed (应用模板).",
    "checks": "Whether applications answer (健康检查), incidents (故障), maintenance (维护), availability (可用率).",
    "secrets": "Secrets, write-only (密钥), and the certificate authorities of the platform.",
    "audit": "Who did what, when and why.",
    "notices": "Messages that were sent or wait, and their channels.",
    "health": "For probes and monitoring.",
}

_REF = "#/components/schemas/{name}"
_PROBLEM: Json = {
    "description": "A problem document: what is wrong, where, and the way out.",
    "content": {MEDIA_TYPE: {"schema": {"$ref": _REF.format(name="Problem")}}},
}
PARAMETERS: dict[str, Json] = {
    "AcceptLanguage": {
        "name": "Accept-Language",
        "in": "header",
        "description": "`zh` or `en`; without it, the language of the account.",
        "schema": {"type": "string"},
        "example": "en",
    },
    "ActFor": {
        "name": "Act-For",
        "in": "header",
        "description": "The login of the principal whose deputy acts; 403 unless the appointment stands now.",
        "schema": {"type": "string", "maxLength": 64},
        "example": "zhang.wei",
    },
    "IdempotencyKey": {
        "name": "Idempotency-Key",
        "in": "header",
        "description": "The same key with the same request is carried out once and answered alike.",
        "schema": {"type": "string", "minLength": 1, "maxLength": 255},
        "example": "0f5b2c52-6d9b-4f0e-9a53-0c2f5f0f8b10",
    },
    "IfMatch": {
        "name": "If-Match",
        "in": "header",
        "description": "The ETag of the last read; 412 when the record has changed since.",
        "schema": {"type": "string"},
        "example": '"3"',
    },
}

_shapes: dict[str, type] = {"Problem": Problem}


def answering(
    shape: type | None = None,
    *,
    status: int = 200,
    page: bool = False,
    many: bool = False,
    needs: Permission | None = None,
    media: str = "application/json",
    parameters: Iterable[Json] = (),
    versioned: bool = False,
    public: bool = False,
) -> dict[str, Any]:
    """The keyword arguments of a route that answers with `shape`: one, a `page` of them, or `many` in a plain list.

    `needs` is said in the document; it is the use case that checks it. `versioned` routes take If-Match.
    """
    extra: Json = {"parameters": list(parameters)}
    if needs is not None:
        extra["x-permission"] = needs.value
    if versioned:
        extra["parameters"].append({"$ref": "#/components/parameters/IfMatch"})
    if public:
        extra["security"] = []
    content: Json = {media: _content(shape, page=page, many=many)}
    return {
        "status_code": status,
        "response_class": Response,
        "responses": {status: {"content": content}, "default": _PROBLEM},
        "openapi_extra": extra,
    }


def query_parameter(name: str, schema: Json, description: str = "") -> Json:
    """One query parameter that the route reads by itself."""
    return {"name": name, "in": "query", "required": False, "description": description, "schema": schema}


def header_parameter(name: str, schema: Json, description: str) -> Json:
    """One header that the route reads by itself."""
    return {"name": name, "in": "header", "required": False, "description": description, "schema": schema}


def document(app: FastAPI) -> Callable[[], Json]:
    """The function that makes the document of `app`, once."""
    made: Json = {}
    framework = app.openapi

    def openapi() -> Json:
        if not made:
            made.update(_joined(framework()))
        return made

    return openapi


def _content(shape: type | None, *, page: bool, many: bool) -> Json:
    if shape is None:
        return {}
    _shapes[shape.__name__] = shape
    schema: Json = {"$ref": _REF.format(name=shape.__name__)}
    if page:
        rows = {"type": "array", "items": schema}
        following: Json = {"anyOf": [{"type": "string"}, {"type": "null"}]}
        paged: Json = {
            "type": "object",
            "required": ["items", "next"],
            "properties": {"items": rows, "next": following},
        }
        return {"schema": paged}
    if many:
        return {"schema": {"type": "array", "items": schema}}
    return {"schema": schema}


def _joined(schema: Json) -> Json:
    components = schema.setdefault("components", {})
    _, ours = msgspec.json.schema_components(_shapes.values(), ref_template=_REF)
    for name, shape in _shapes.items():
        ours[name]["examples"] = [example_of(shape)]
    components.setdefault("schemas", {}).update(ours)
    components["parameters"] = PARAMETERS
    components["securitySchemes"] = {
        "bearer": {"type": "http", "scheme": "bearer", "description": "An API token; `POST /v1/accounts/{id}/tokens`."}
    }
    schema["security"] = [{"bearer": []}]
    for path, operations in schema["paths"].items():
        for method, operation in operations.items():
            if needs := operation.get("x-permission"):
                said = operation.get("description", "")
                operation["description"] = f"{said}\n\nNeeds the permission `{needs}`.".strip()
            if path.startswith("/v1/"):
                operation.setdefault("parameters", []).extend(_headers(method))
    return schema


def _headers(method: str) -> list[Mapping[str, str]]:
    names = ["AcceptLanguage", "ActFor", *(["IdempotencyKey"] if method == "post" else [])]
    return [{"$ref": f"#/components/parameters/{name}"} for name in names]
