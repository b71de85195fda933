"""Answers to the inventory's reads in the shape of a vCenter 8, written by hand: none could be recorded."""

from __future__ import annotations

ENVELOPE = """<?xml version="1.0" encoding="UTF-8"?>
<soapenv:Envelope xmlns:soapenc="http://schemas.xmlsoap.org/soap/encoding/"
 xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/" xmlns:xsd="http://www.w3.org/2001/XMLSchema"
 xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><soapenv:Body>{}</soapenv:Body></soapenv:Envelope>"""

DISK = """<VirtualDevice xsi:type="VirtualDisk"><key>{key}</key><deviceInfo><label>Hard disk</label>
<summary>x</summary></deviceInfo><backing xsi:type="VirtualDiskFlatVer2BackingInfo"><fileName>{path}</fileName>
<datastore type="Datastore">datastore-15</datastore><diskMode>persistent</diskMode><uuid>{uuid}</uuid></backing>
<controllerKey>1000</controllerKey><unitNumber>0</unitNumber><capacityInKB>{kib}</capacityInKB></VirtualDevice>"""

CARD = """<VirtualDevice xsi:type="{kind}"><key>4000</key><backing
 xsi:type="VirtualEthernetCardDistributedVirtualPortBackingInfo"><port><switchUuid>50 1e</switchUuid>
<portgroupKey>{network}</portgroupKey><portKey>8</portKey></port></backing><connectable>
<startConnected>{starts}</startConnected><allowGuestControl>true</allowGuestControl><connected>{connected}</connected>
</connectable><macAddress>00:50:56:9e:1f:20</macAddress></VirtualDevice>"""

OTHER = """<VirtualDevice xsi:type="VirtualIDEController"><key>200</key><busNumber>0</busNumber></VirtualDevice>
<VirtualDevice xsi:type="VirtualCdrom"><key>3000</key><backing xsi:type="VirtualCdromIsoBackingInfo"><fileName>
[iso] a.iso</fileName></backing></VirtualDevice>"""


def disk(path: str, gib: int, uuid: str, key: int = 2000) -> str:
    return DISK.format(path=path, kib=gib << 20, uuid=uuid, key=key)


def card(network: str, *, kind: str = "VirtualVmxnet3", connected: bool = True, starts: bool = True) -> str:
    return CARD.format(network=network, kind=kind, connected=str(connected).lower(), starts=str(starts).lower())


def devices(*entries: str) -> str:
    return prop("config.hardware.device", OTHER + "".join(entries), "ArrayOfVirtualDevice")


def notes(**values: str) -> str:
    rows = "".join(
        f'<OptionValue xsi:type="OptionValue"><key>{key}</key><value xsi:type="xsd:string">{text}</value></OptionValue>'
        for key, text in values.items()
    )
    return prop("config.extraConfig", rows, "ArrayOfOptionValue")


def prop(name: str, value: str, kind: str = "xsd:string") -> str:
    return f'<propSet><name>{name}</name><val xsi:type="{kind}">{value}</val></propSet>'


def reference(name: str, kind: str, moid: str) -> str:
    return f'<propSet><name>{name}</name><val type="{kind}" xsi:type="ManagedObjectReference">{moid}</val></propSet>'


def machine(moid: str, *properties: str) -> str:
    return f'<objects><obj type="VirtualMachine">{moid}</obj>{"".join(properties)}</objects>'


def listed(*objects: str, token: str = "") -> bytes:
    told = f"<token>{token}</token>" if token else ""
    body = f'<RetrievePropertiesExResponse xmlns="urn:vim25"><returnval>{told}{"".join(objects)}</returnval>'
    return ENVELOPE.format(f"{body}</RetrievePropertiesExResponse>").encode()


def updates(version: str, *changes: tuple[str, str, str], truncated: bool = False) -> bytes:
    rows = "".join(
        f'<objectSet><kind>{kind}</kind><obj type="{of}">{moid}</obj><changeSet><name>name</name><op>assign</op>'
        f'<val xsi:type="xsd:string">x</val></changeSet></objectSet>'
        for kind, of, moid in changes
    )
    told = f'<filterSet><filter type="PropertyFilter">session[52]53</filter>{rows}</filterSet>' if rows else ""
    more = f"<truncated>{str(truncated).lower()}</truncated>"
    body = (
        f'<WaitForUpdatesExResponse xmlns="urn:vim25"><returnval><version>{version}</version>{told}{more}</returnval>'
    )
    return ENVELOPE.format(f"{body}</WaitForUpdatesExResponse>").encode()


def happened(kind: str, key: int, who: str, moid: str | None) -> str:
    """An event as a vCenter 8 tells it."""
    machine = f'<vm><name>web</name><vm type="VirtualMachine">{moid}</vm></vm>' if moid else ""
    return (
        f'<returnval xsi:type="{kind}"><key>{key}</key><chainId>{key}</chainId>'
        f"<createdTime>2026-03-02T08:15:{key % 60:02}.52Z</createdTime><userName>{who}</userName>"
        '<datacenter><name>City</name><datacenter type="Datacenter">datacenter-3</datacenter></datacenter>'
        f"{machine}<fullFormattedMessage>x</fullFormattedMessage></returnval>"
    )


def history(*events: str) -> bytes:
    body = f'<QueryEventsResponse xmlns="urn:vim25">{"".join(events)}</QueryEventsResponse>'
    return ENVELOPE.format(body).encode()


NOTHING_NEW = ENVELOPE.format('<WaitForUpdatesExResponse xmlns="urn:vim25"></WaitForUpdatesExResponse>').encode()
PREFIX = 'xmlns:XMLSchema-instance="http://www.w3.org/2001/XMLSchema-instance" XMLSchema-instance:type'
#: The simulator calls the prefix of types otherwise.
SIMULATED = ENVELOPE.format(
    '<RetrievePropertiesExResponse xmlns="urn:vim25"><returnval><objects><obj type="VirtualMachine">vm-1</obj>'
    f'<propSet><name>config.hardware.device</name><val {PREFIX}="ArrayOfVirtualDevice"><VirtualDevice '
    f'{PREFIX}="VirtualDisk"><key>1</key><capacityInKB>1048577</capacityInKB></VirtualDevice></val></propSet></objects>'
    "</returnval></RetrievePropertiesExResponse>"
).encode()
