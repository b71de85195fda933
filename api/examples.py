"""Examples for the OpenAPI document, by field name: one table serves every answer.

>>> example_of(DepartmentRow)["code"]
'fgw'
"""

from __future__ import annotations

from typing import Any

import msgspec.inspect as typed

ORDER_ID = "019ab3c0-7a10-7c31-9d5e-3f6f0c1d2e01"
AN_ID = "019ab3c0-6f00-7b12-8a44-5b1e9d7c4a02"
A_TIME = "2026-11-20T08:30:00Z"
A_DATE = "2027-11-30"

BY_NAME: dict[str, Any] = {
    "id": AN_ID,
    "order_id": ORDER_ID,
    "number": "2026-000017",
    "code": "fgw",
    "name": "发展改革委",
    "department": "发展改革委",
    "system": "投资项目在线审批监管平台",
    "title": "审批平台扩容",
    "purpose": "两台应用服务器，各一块数据盘",
    "users": "80 个市直部门",
    "project_document": "发改高技〔2026〕12号",
    "level": "city",
    "matter": "mlps",
    "lacks": ["approved_by", "funding_source"],
    "by_name": "zhang.wei",
    "on": "统一身份认证",
    "changes": {"name": ["审批平台", "投资项目在线审批监管平台"]},
    "login": "zhang.wei",
    "actor": "zhang.wei",
    "email": "zhang.wei@fgw.example.gov.cn",
    "recipient": "zhang.wei@fgw.example.gov.cn",
    "roles": ["department-officer"],
    "scopes": ["orders:read", "orders:write"],
    "permissions": ["orders:read", "orders:write"],
    "locale": "zh_CN",
    "active": True,
    "mlps_level": 2,
    "max_mlps_level": 3,
    "classification": "A0102",
    "zone": "extranet",
    "zones": ["extranet"],
    "cloud": "cloud-a",
    "kind": "openstack",
    "state": "active",
    "power": "on",
    "specification": "s2.medium",
    "vcpu": 2,
    "memory_mib": 4096,
    "root_disk_gib": 40,
    "min_disk_gib": 20,
    "size_gib": 100,
    "image": "openeuler-24.03",
    "volume_type": "standard",
    "network": "app",
    "server": "app-1",
    "cidr": "10.8.1.0/24",
    "cidr_v4": "10.8.1.0/24",
    "cidr_v6": "fd00:8:1::/64",
    "vlan": 400,
    "vlan_first": 400,
    "vlan_last": 799,
    "supernet": "10.8.0.0/16",
    "prefix_length": 24,
    "address": "203.0.113.10",
    "fixed_addresses": ["10.8.1.11"],
    "ports": "443/tcp",
    "bandwidth_mbps": 50,
    "backup": "daily",
    "architecture": "x86_64",
    "architectures": ["x86_64", "aarch64"],
    "os_family": "openEuler",
    "os_name": "openEuler",
    "os_version": "24.03 LTS",
    "xinchuang": False,
    "no_state_secrets": True,
    "declared_by": "zhang.wei",
    "mark": 5,
    "marks": {"1": 0, "2": 1, "3": 2, "4": 10, "5": 30},
    "answer": "已重新核对地址，延误原因已通报。",
    "contact_name": "张伟",
    "contact_phone": "0532-12345678",
    "dimension": "vcpu",
    "limit": 64,
    "held": 4,
    "committed": 12,
    "capacity": {"vcpu": 512, "memory_mib": 2097152},
    "overcommit": {"vcpu": 4.0},
    "rule": "term-limit",
    "step": "decision",
    "colour": "yellow",
    "card": "warning",
    "binds": ["orders", "resizes"],
    "words": "台风停工",
    "source": "local",
    "told": ["office-reviewer"],
    "year": 2027,
    "excuse": None,
    "days_left": 3,
    "reason": "等保整改期间保留",
    "message": "Approved; the build is queued.",
    "text": "Approved; the build is queued.",
    "seq": 42,
    "action": "allow/approve",
    "target_kind": "order",
    "target_id": ORDER_ID,
    "outcome": "success",
    "template": "order_approved",
    "saga": "provision_order",
    "status": "SUCCESS",
    "version": 3,
    "secret": "cctl_9fJx-example-shown-once",
    "possible": ["approve", "return", "reject"],
    "findings": [],
    "effect": "warn",
    "last_error": None,
    "revoked_at": None,
    "cancel_requested": False,
}


BY_SHAPE: dict[str, Any] = {
    "Problem": {
        "type": "/problems/quota-exceeded",
        "title": "A quota is used up",
        "status": 409,
        "detail": "vcpu: 70 asked for, 52 left.",
        "instance": "urn:cloudctl:request:019ab3c0-8c20-7d43-b1f0-5c2d8e9a4b03",
        "code": "quota-exceeded",
        "request_id": "019ab3c0-8c20-7d43-b1f0-5c2d8e9a4b03",
        "field": "items",
        "way_out": "Ask for less, release what is not used, or ask the office for a higher limit.",
    },
    "HealthOut": {"status": "ok", "checks": {"database": "ok", "engine": "ok"}},
}


def example_of(shape: type) -> Any:
    """A plausible answer of this shape, as plain JSON values."""
    return BY_SHAPE.get(shape.__name__) or _example(typed.type_info(shape), "")


def _example(info: typed.Type, name: str) -> Any:
    if name in BY_NAME and _fits(info, BY_NAME[name]):
        return BY_NAME[name]
    match info:
        case typed.StructType(fields=fields, tag=tag, tag_field=tag_field):
            sample = {field.encode_name: _example(field.type, field.name) for field in fields}
            return {str(tag_field): tag} | sample if tag_field else sample
        case typed.UnionType(types=types):
            return _example(next(kind for kind in types if not isinstance(kind, typed.NoneType)), name)
        case typed.ListType(item_type=item) | typed.VarTupleType(item_type=item) | typed.FrozenSetType(item_type=item):
            return [_example(item, "")]
        case typed.EnumType(cls=cls):
            return next(iter(cls)).value
    return _PLAIN.get(type(info))


def _fits(info: typed.Type, value: Any) -> bool:
    """Whether a named example is of the field's type; the same name may stand for different things."""
    match info:
        case typed.UnionType(types=types):
            return any(_fits(kind, value) for kind in types)
        case typed.EnumType(cls=cls):
            return value in {member.value for member in cls}
        case typed.ListType(item_type=item) | typed.FrozenSetType(item_type=item):
            return isinstance(value, list) and all(_fits(item, entry) for entry in value)
    return type(value) is _PYTHON.get(type(info))


_PYTHON: dict[type[typed.Type], type] = {
    typed.IntType: int,
    typed.BoolType: bool,
    typed.StrType: str,
    typed.UUIDType: str,
    typed.DictType: dict,
}

_PLAIN: dict[type[typed.Type], Any] = {
    typed.UUIDType: AN_ID,
    typed.DateTimeType: A_TIME,
    typed.DateType: A_DATE,
    typed.IntType: 1,
    typed.FloatType: 1.0,
    typed.BoolType: False,
    typed.StrType: "text",
    typed.DictType: {},
    typed.AnyType: {},
    typed.RawType: {},
}
