"""The survey form of systems (部门已建政务信息系统调查表): its fields, declared once for sheets, schemas and checks.

REGISTER_FIELDS             every field that people fill in, in the order of the form
SELF_INVENTORY              what 国办发〔2017〕39号 asks for
DUE_FIELDS                  the days on which something runs out, and what it is
"""

from __future__ import annotations

from cloudctl.domain.register import Kind, Option, RegisterField
from cloudctl.messages import mark

SYSTEM_CLASSES = (
    Option("business", mark("business"), "业务系统"),
    Option("office", mark("office work"), "办公系统"),
    Option("website", mark("website"), "网站"),
    Option("data", mark("data and sharing"), "数据与共享平台"),
    Option("support", mark("support"), "基础支撑"),
    Option("other", mark("other"), "其他"),
)
LAYERS = (
    Option("national", mark("national"), "国家建设"),
    Option("provincial", mark("provincial"), "省级建设"),
    Option("city", mark("city"), "市级建设"),
    Option("district", mark("district"), "区市建设"),
)
STATUSES = (
    Option("planned", mark("planned"), "拟建"),
    Option("in_use", mark("in use"), "在用"),
    Option("migrating", mark("being migrated"), "迁移中"),
    Option("on_platform", mark("on the platform"), "已上云"),
    Option("merged", mark("merged"), "已整合"),
    Option("retired", mark("retired"), "已下线"),
)
BUILD_WAYS = (
    Option("self", mark("built by itself"), "自建"),
    Option("outsourced", mark("outsourced"), "委托开发"),
    Option("purchased", mark("purchased"), "购买成品"),
    Option("leased", mark("leased as a service"), "购买服务"),
)
USER_SCOPES = (
    Option("unit", mark("within the unit"), "单位内部"),
    Option("line", mark("the line of authorities"), "本系统上下级"),
    Option("city", mark("all departments of the city"), "全市各部门"),
    Option("public", mark("the public"), "社会公众"),
)
FREQUENCIES = (
    Option("daily", mark("daily"), "每日"),
    Option("weekly", mark("weekly"), "每周"),
    Option("monthly", mark("monthly"), "每月"),
    Option("quarterly", mark("quarterly"), "每季度"),
    Option("yearly", mark("yearly"), "每年"),
    Option("never", mark("never"), "不再使用"),
)
IPV6_STATUSES = (
    Option("none", mark("none"), "未改造"),
    Option("planned", mark("planned"), "计划改造"),
    Option("dual_stack", mark("dual stack"), "双栈"),
    Option("ipv6_only", mark("IPv6 only"), "IPv6 单栈"),
)

_CODE, _TEXT, _DAY, _FEN, _WHOLE, _YES, _WORD, _ID = (
    Kind.CODE, Kind.TEXT, Kind.DAY, Kind.FEN, Kind.WHOLE, Kind.YES, Kind.WORD, Kind.REFERENCE,
)  # fmt: skip

REGISTER_FIELDS: tuple[RegisterField, ...] = (
    RegisterField("code", mark("Code"), "系统编号", _CODE, required=True, most=64, hint_zh="全市唯一，登记后不变"),
    RegisterField("name", mark("Name"), "系统名称", _CODE, required=True, most=200),
    RegisterField("department_id", mark("Department"), "所属单位", _ID, required=True, choices="departments"),
    RegisterField("mlps_level", mark("MLPS level"), "等保级别", _WHOLE, required=True, least=1, most=5),
    RegisterField("classification", mark("Classification"), "服务分类", _ID, choices="classifications"),
    RegisterField("xinchuang", mark("Xinchuang"), "须信创环境", _YES),
    RegisterField("system_class", mark("Class of system"), "系统类别", _WORD, options=SYSTEM_CLASSES),
    RegisterField("function", mark("Function"), "主要功能", _TEXT),
    RegisterField("layer", mark("Layer"), "建设层级", _WORD, options=LAYERS),
    RegisterField("status", mark("Claimed status"), "系统状态", _WORD, required=True, options=STATUSES),
    RegisterField("status_on", mark("Status since"), "状态日期", _DAY, hint_zh="已整合、已下线的必须填写"),
    RegisterField("merged_into_id", mark("Merged into"), "整合到的系统", _ID, choices="systems"),
    RegisterField("declared_zombie", mark("Declared a zombie system"), "是否僵尸系统", _YES),
    RegisterField("approved_by", mark("Approving body"), "审批部门", _CODE),
    RegisterField("approved_on", mark("Date of approval"), "审批时间", _DAY),
    RegisterField("project_document", mark("Project document"), "立项批复文号", _CODE),
    RegisterField("fiscal_project_code", mark("Fiscal project code"), "财政项目编码", _CODE),
    RegisterField("built_by", mark("Builder"), "承建单位", _CODE),
    RegisterField("built_on", mark("Built on"), "建成时间", _DAY),
    RegisterField("build_way", mark("Way of building"), "建设方式", _WORD, options=BUILD_WAYS),
    RegisterField("operated_by", mark("Operator"), "运营单位", _CODE),
    RegisterField("investment_fen", mark("Investment (fen)"), "建设投资（元）", _FEN),
    RegisterField("funding_source", mark("Source of funds"), "经费来源", _CODE),
    RegisterField("yearly_cost_fen", mark("Yearly cost (fen)"), "年运维费用（元）", _FEN),
    RegisterField("contract_number", mark("Contract number"), "合同编号", _CODE),
    RegisterField("contract_ends_on", mark("Contract ends on"), "合同到期日", _DAY),
    RegisterField("maintained_by", mark("Maintained by"), "运维单位", _CODE),
    RegisterField("maintained_until", mark("Maintained until"), "运维截止日", _DAY),
    RegisterField("user_count", mark("Users"), "用户数", _WHOLE),
    RegisterField("user_scope", mark("Scope of use"), "使用范围", _WORD, options=USER_SCOPES),
    RegisterField("use_frequency", mark("Frequency of use"), "使用频度", _WORD, options=FREQUENCIES),
    RegisterField("network", mark("Network"), "所在网络", _ID, choices="zones"),
    RegisterField("room_id", mark("Machine room"), "所在机房", _ID, choices="rooms"),
    RegisterField("interfaces", mark("Interfaces"), "接口情况", _TEXT),
    RegisterField("virtualised", mark("Virtualised"), "是否虚拟化", _YES),
    RegisterField("backup", mark("Backup"), "备份情况", _TEXT),
    RegisterField("disaster_recovery", mark("Disaster recovery"), "容灾情况", _TEXT),
    RegisterField("upgrade_needs", mark("Upgrade needs"), "升级改造需求", _TEXT),
    RegisterField("postponement_reason", mark("Why postponed"), "申请暂缓的理由", _TEXT),
    RegisterField("postponed_until", mark("Postponed until"), "暂缓至", _DAY),
    RegisterField(
        "check_url", mark("Address of its service"), "服务地址", Kind.URL, hint_zh="https://… 或 tcp://主机:端口"
    ),
    RegisterField("mlps_filing_number", mark("MLPS filing number"), "等保备案号", _CODE),
    RegisterField("mlps_assessed_on", mark("MLPS assessed on"), "等保测评日期", _DAY),
    RegisterField("mlps_due_on", mark("MLPS assessment due"), "下次等保测评", _DAY),
    RegisterField("crypto_level", mark("Cryptography level"), "密评等级", _WHOLE, least=1, most=5),
    RegisterField("crypto_assessed_on", mark("Cryptography assessed on"), "密评日期", _DAY),
    RegisterField("crypto_due_on", mark("Cryptography assessment due"), "下次密评", _DAY),
    RegisterField("icp_number", mark("ICP number"), "ICP备案号", _CODE),
    RegisterField("icp_due_on", mark("ICP filing due"), "ICP备案复核日", _DAY),
    RegisterField("ipv6_status", mark("IPv6"), "IPv6 改造", _WORD, options=IPV6_STATUSES),
    RegisterField("ipv6_due_on", mark("IPv6 due"), "IPv6 改造期限", _DAY),
    RegisterField("data_items", mark("Data items"), "数据项数", _WHOLE),
    RegisterField("data_items_provided", mark("Data items provided"), "已提供数据项", _WHOLE),
    RegisterField("data_items_structured", mark("Data items structured"), "结构化数据项", _WHOLE),
    RegisterField("contact_name", mark("Contact"), "联系人", _CODE),
    RegisterField("contact_phone", mark("Telephone"), "联系电话", _CODE, most=64),
)

SELF_INVENTORY = ("function", "user_scope", "use_frequency", "approved_by", "approved_on", "funding_source")
"""Beside the name, of each system: 国办发〔2017〕39号 asks every department for these."""

DUE_FIELDS: dict[str, str] = {
    "mlps": "mlps_due_on",
    "crypto": "crypto_due_on",
    "icp": "icp_due_on",
    "ipv6": "ipv6_due_on",
    "contract": "contract_ends_on",
    "maintenance": "maintained_until",
}
"""What runs out, and the field with its last day."""
