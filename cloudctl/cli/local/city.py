"""The demonstration's city: generated, the same at every run, the size of a real one.

100 departments (80 of the city, 12 districts, 8 townships), 600 systems, 1,200 servers that already run. The figures
follow public reports (docs/concepts has the sources); every name but the departments' kinds is made up.
"""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

from cloudctl.domain.accounts import Role
from cloudctl.domain.catalogue import Classification, Image, SecurityPackage, Specification, VolumeType, Zone
from cloudctl.domain.clouds import Cloud, CloudKind
from cloudctl.domain.departments import Level
from cloudctl.domain.quotas import Dimension
from cloudctl.services.cities import City, Person

CLOUD, ZONE = "sim-1", "extranet"
APPLICANT = "fgw"
NEIGHBOUR = "jyj"
DISTRICT, TOWNSHIP = "qu01", "zhen01"
DESERTED = "zhen08"
SERVERS = 1200
SYSTEMS_A_DEPARTMENT = 6
SEED = 20261121

BUREAUS = {
    "fgw": "发展和改革委员会", "jyj": "教育局", "kjj": "科学技术局", "gxj": "工业和信息化局", "mzw": "民族宗教事务局",
    "gaj": "公安局", "mzj": "民政局", "sfj": "司法局", "czj": "财政局", "rsj": "人力资源和社会保障局",
    "zrj": "自然资源和规划局", "hbj": "生态环境局", "zjj": "住房和城乡建设局", "jtj": "交通运输局", "swj": "水务局",
    "nyj": "农业农村局", "shj": "商务局", "wlj": "文化和旅游局", "wjw": "卫生健康委员会", "tyj": "退役军人事务局",
    "yjj": "应急管理局", "sjj": "审计局", "wsb": "外事办公室", "gzw": "国有资产监督管理委员会", "scj": "市场监督管理局",
    "tiy": "体育局", "tjj": "统计局", "ybj": "医疗保障局", "xfj": "信访局", "cgj": "城市管理局",
    "spj": "行政审批服务局", "dsj": "大数据局", "jrj": "金融监督管理局", "lyj": "林业局", "hyj": "海洋发展局",
    "kfj": "口岸办公室", "rfb": "国防动员办公室", "daj": "档案局", "dsb": "党史研究院", "gjj": "住房公积金管理中心",
}  # fmt: skip
CENTRES = ("信息中心", "服务中心")
SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马"
GIVEN_NAMES = ("伟", "芳", "秀英", "敏", "静", "丽", "强", "磊", "军", "洋", "艳", "勇", "杰", "娟", "涛", "明", "超")
SYSTEM_KINDS = ("办公自动化系统", "门户网站", "业务管理系统", "档案管理系统", "统计报送系统", "移动办公系统")


def city() -> City:
    """Everything that goes on record before the servers."""
    departments = list(_departments())
    return City(
        catalogue=_catalogue(),
        clouds=[_cloud()],
        supernets={
            "extranet": ["10.16.0.0/12", "fd00:16::/40"],
            "internet": ["10.32.0.0/14", "fd00:32::/40"],
            "private": ["10.40.0.0/14", "fd00:40::/40"],
            "dmz": ["10.44.0.0/16", "fd00:44::/40"],
        },
        departments=departments,
        people=[*_people(), *_officers([code for code, *_ in departments])],
        systems=list(_systems([code for code, *_ in departments])),
        quota={
            Dimension.VCPU: 200,
            Dimension.MEMORY_MIB: 800 * 1024,
            Dimension.VOLUME_GIB: 20_000,
            Dimension.SERVERS: 60,
            Dimension.SEGMENTS: 8,
            Dimension.ADDRESSES: 8,
        },
        quota_zones=[(CLOUD, ZONE), (CLOUD, "internet")],
    )


def servers(system_codes: list[str]) -> Iterator[tuple[str, str, str]]:
    """(system, name, specification) of the servers that already run: two a system on average."""
    random = Random(SEED)  # noqa: S311 - a demonstration's dice
    counts = dict.fromkeys(system_codes, 1)
    for _ in range(SERVERS - len(system_codes)):
        counts[random.choice(system_codes)] += 1
    for code, count in counts.items():
        for number in range(1, count + 1):
            yield code, f"{code}-{number:02d}", random.choices(("s2", "s4", "s8"), (5, 4, 1))[0]


def _departments() -> Iterator[tuple[str, str, Level, str | None]]:
    for code, name in BUREAUS.items():
        yield code, f"市{name}", Level.CITY, None
    for code, name in BUREAUS.items():
        yield f"{code}-zx", f"市{name}{CENTRES[len(code + name) % 2]}", Level.CITY, code
    for number in range(1, 13):
        yield f"qu{number:02d}", f"第{number}区政务服务和大数据局", Level.DISTRICT, None
    for number in range(1, 9):
        yield f"zhen{number:02d}", f"第{number}镇人民政府", Level.TOWNSHIP, f"qu{number:02d}"


def _systems(departments: list[str]) -> Iterator[tuple[str, str, str, int]]:
    for department in departments:
        for number, kind in enumerate(SYSTEM_KINDS[:SYSTEMS_A_DEPARTMENT], start=1):
            yield department, f"{department}-s{number}", kind, 3 if number == 3 else 2


def _people() -> list[Person]:
    return [
        Person(login="officer", name="李文", role=Role.DEPARTMENT_OFFICER, department=APPLICANT),
        Person(login="head", name="王建国", role=Role.DEPARTMENT_HEAD, department=APPLICANT),
        Person(login="neighbour", name="赵敏", role=Role.DEPARTMENT_OFFICER, department=NEIGHBOUR),
        Person(login="neighbour-head", name="孙校", role=Role.DEPARTMENT_HEAD, department=NEIGHBOUR),
        Person(login="town", name="周镇", role=Role.DEPARTMENT_OFFICER, department=TOWNSHIP),
        Person(login="town-head", name="吴镇长", role=Role.DEPARTMENT_HEAD, department=TOWNSHIP),
        Person(login="district", name="郑区", role=Role.DISTRICT_REVIEWER, department=DISTRICT),
        Person(login="reviewer", name="陈静", role=Role.OFFICE_REVIEWER),
        Person(login="office", name="刘洋", role=Role.OFFICE_ADMIN),
        Person(login="network", name="吴网", role=Role.NETWORK_SPECIALIST),
        Person(login="security", name="郑安", role=Role.SECURITY_SPECIALIST),
        Person(login="capacity", name="冯容", role=Role.CAPACITY_SPECIALIST),
        Person(login="operator", name="孙强", role=Role.OPERATOR),
        Person(login="auditor", name="周慎", role=Role.AUDITOR),
    ]


def _officers(departments: list[str]) -> Iterator[Person]:
    """Who is responsible for IT in every other department; of DESERTED nobody is left."""
    for number, code in enumerate(departments):
        if code not in {APPLICANT, NEIGHBOUR, TOWNSHIP, DESERTED}:
            name = SURNAMES[number % len(SURNAMES)] + GIVEN_NAMES[number % len(GIVEN_NAMES)]
            yield Person(login=f"{code}-it", name=name, role=Role.DEPARTMENT_OFFICER, department=code, absent=True)


def _cloud() -> Cloud:
    return Cloud(
        code=CLOUD,
        name="模拟云一区",
        kind=CloudKind.SIMULATED,
        zones=frozenset({"extranet", "internet", "dmz"}),
        capacity={
            Dimension.VCPU: 4_000,
            Dimension.MEMORY_MIB: 20_000 * 1024,
            Dimension.VOLUME_GIB: 600_000,
            Dimension.SERVERS: 4_000,
            Dimension.ADDRESSES: 500,
        },
        overcommit={Dimension.VCPU: 2.0},
        max_mlps_level=3,
        external_network="sim-external",
        architectures=frozenset({"x86_64", "aarch64", "loongarch64"}),
    )


def _catalogue() -> list[Specification | Image | VolumeType | Zone | Classification | SecurityPackage]:
    sizes = (("s1", 1, 2), ("s2", 2, 4), ("s4", 4, 8), ("s8", 8, 16), ("s16", 16, 32), ("s32", 32, 64))
    domestic = (
        ("k2", "鲲鹏", "aarch64", 2, 4), ("k4", "鲲鹏", "aarch64", 4, 8), ("k8", "鲲鹏", "aarch64", 8, 16),
        ("l2", "龙芯", "loongarch64", 2, 4), ("l4", "龙芯", "loongarch64", 4, 8),
    )  # fmt: skip
    return [
        Zone(code="extranet", name="政务外网区", name_en="Government extranet", max_mlps_level=3),
        Zone(code="internet", name="互联网区", name_en="Internet zone", max_mlps_level=3),
        Zone(code="private", name="专网区", name_en="Private network zone", max_mlps_level=3),
        Zone(code="dmz", name="DMZ", name_en="DMZ", max_mlps_level=2),
        *(
            Specification(code=code, name=f"{vcpu}核{gib}G", vcpu=vcpu, memory_mib=gib * 1024, root_disk_gib=40)
            for code, vcpu, gib in sizes
        ),
        *(
            Specification(
                code=code,
                name=f"{maker}{vcpu}核{gib}G",
                vcpu=vcpu,
                memory_mib=gib * 1024,
                root_disk_gib=60,
                architecture=architecture,
                xinchuang=True,
            )
            for code, maker, architecture, vcpu, gib in domestic
        ),
        Image(
            code="openeuler-24",
            name="openEuler 24.03 LTS",
            os_family="openEuler",
            os_name="openEuler",
            os_version="24.03 LTS",
            architecture="x86_64",
            min_disk_gib=20,
            login_user="openeuler",
            names={},
        ),
        Image(
            code="kylin-v10",
            name="银河麒麟高级服务器操作系统 V10",
            os_family="Kylin",
            os_name="银河麒麟高级服务器操作系统",
            os_version="V10 SP3",
            architecture="aarch64",
            min_disk_gib=40,
            login_user="kylin",
            names={},
            xinchuang=True,
        ),
        Image(
            code="uos-20",
            name="统信服务器操作系统 V20",
            os_family="UOS",
            os_name="统信服务器操作系统",
            os_version="V20 1060e",
            architecture="aarch64",
            min_disk_gib=40,
            login_user="uos",
            names={},
            xinchuang=True,
        ),
        Image(
            code="openeuler-24-loong",
            name="openEuler 24.03 LTS（龙架构）",
            os_family="openEuler",
            os_name="openEuler",
            os_version="24.03 LTS",
            architecture="loongarch64",
            min_disk_gib=40,
            login_user="openeuler",
            names={},
            xinchuang=True,
        ),
        Image(
            code="debian-12",
            name="Debian 12",
            os_family="Debian",
            os_name="Debian",
            os_version="12",
            architecture="x86_64",
            min_disk_gib=10,
            login_user="debian",
            names={},
        ),
        VolumeType(code="standard", name="标准云硬盘", names={}),
        VolumeType(code="ssd", name="高性能云硬盘", names={}),
        Classification(code="A01", name="政务办公"),
        Classification(code="B01", name="公共服务"),
        SecurityPackage(code="basic", name="基础安全包", description="边界防火墙、入侵检测、上网行为管理"),
        SecurityPackage(code="full", name="增强安全包", description="基础安全包，另加漏洞扫描、Web应用防护、安全审计"),
    ]
