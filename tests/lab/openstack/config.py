"""Write the configuration of every service of the lab: one function a service, sections as dictionaries."""

from __future__ import annotations

import os
import shutil
import uuid
from collections.abc import Mapping
from pathlib import Path

from .layout import COMPUTE_HOSTS, REAL_HOST, VM_HOST, Layout, Settings

Sections = Mapping[str, Mapping[str, object]]

DATABASES = ("keystone", "glance", "placement", "nova_api", "nova", "nova_cell0", "neutron", "cinder")

SERVICE_USER = "lab-service"
REGION = "RegionOne"
EXTERNAL_NETWORK = "public"
AVAILABILITY_ZONE = "nova"
#: What each VM is told by its drive, in the folder of its compute host.
VENDOR_DATA = "vendor_data.json"

# Fewer heartbeats than by default: with 16 processes on two cores they would be a load of their own, and
# a service that is late on a busy machine must not count as down.
_HEARTBEATS = {"report_interval": 20, "service_down_time": 300}


def write_all(layout: Layout, settings: Settings) -> None:
    """Write every service's configuration into the run folder."""
    writers = (_keystone, _glance, _placement, _nova, _neutron, _cinder, _rabbit)
    for folder in (layout.conf, layout.data, layout.logs):
        folder.mkdir(parents=True, exist_ok=True)
    for writer in writers:
        writer(layout, settings)


def database_url(layout: Layout, name: str) -> str:
    """The database is reached by a socket: one port less, and no stranger can connect."""
    return f"mysql+pymysql://lab@localhost/{name}?unix_socket={layout.socket}&charset=utf8mb4"


def environment(layout: Layout, settings: Settings) -> dict[str, str]:
    """The environment of the lab's processes: ours stripped of what could lead them astray."""
    env = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("OS_", "PYTHON", "RABBITMQ_", "VIRTUAL_ENV", "PYENV_VERSION"))
        and not name.lower().endswith("_proxy")
    }
    # stevedore and Erlang write below the home folder: keep that inside the lab.
    home = layout.run / "home"
    home.mkdir(parents=True, exist_ok=True)
    return env | {
        "HOME": str(home),
        "XDG_CACHE_HOME": str(home / ".cache"),
        "PATH": f"{layout.bin}:{env.get('PATH', '')}:/usr/sbin:/sbin",
        "PYTHONPATH": str(layout.plugins),
        "CLOUDCTL_LAB_CACHE": str(layout.cache),
        "PYTHONWARNINGS": "ignore",
        "PYTHONUNBUFFERED": "1",
        "OS_KEYSTONE_CONFIG_DIR": str(layout.conf / "keystone"),
        "OS_GLANCE_CONFIG_DIR": str(layout.conf / "glance"),
        "OS_PLACEMENT_CONFIG_DIR": str(layout.conf / "placement"),
        "OS_NOVA_CONFIG_DIR": str(layout.conf / "nova"),
        "OS_NEUTRON_CONFIG_DIR": str(layout.conf / "neutron"),
        "OS_NEUTRON_CONFIG_FILES": "neutron.conf",
        # One scheduler thread each and no busy waiting: the brokers' load here is tiny.
        "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": (
            "-kernel inet_dist_use_interface {127,0,0,1} +S 1:1 +sbwt none +sbwtdcpu none +sbwtdio none"
        ),
        "RABBITMQ_NODENAME": f"lab{settings.ports['rabbit']}@localhost",
        "RABBITMQ_NODE_IP_ADDRESS": "127.0.0.1",
        "RABBITMQ_NODE_PORT": str(settings.ports["rabbit"]),
        "RABBITMQ_DIST_PORT": str(settings.ports["rabbit-dist"]),
        "RABBITMQ_MNESIA_BASE": str(layout.run / "rabbit"),
        "RABBITMQ_LOG_BASE": str(layout.logs),
        "RABBITMQ_CONFIG_FILE": str(layout.conf / "rabbit" / "rabbitmq"),
        "RABBITMQ_ENABLED_PLUGINS_FILE": str(layout.conf / "rabbit" / "enabled_plugins"),
        "ERL_EPMD_PORT": str(settings.ports["epmd"]),
        "ERL_EPMD_ADDRESS": "127.0.0.1",
    }


def _write(path: Path, sections: Sections) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    lines: list[str] = []
    for section, options in sections.items():
        lines.append(f"[{section}]")
        lines += [f"{name} = {_text(value)}" for name, value in options.items()]
        lines.append("")
    path.write_text("\n".join(lines), "utf-8")
    path.chmod(0o600)


def _text(value: object) -> str:
    # A bool is spelled as oslo.config reads it; $ would start an interpolation.
    return str(value).lower() if isinstance(value, bool) else str(value).replace("$", "$$")


def _account(settings: Settings) -> dict[str, object]:
    """Credentials of the services' common account, as keystoneauth options."""
    return {
        "auth_type": "password",
        "auth_url": settings.endpoint("identity"),
        "username": SERVICE_USER,
        "password": settings.password,
        "project_name": "service",
        "user_domain_name": "Default",
        "project_domain_name": "Default",
        "region_name": REGION,
    }


def _authtoken(settings: Settings) -> dict[str, object]:
    return _account(settings) | {
        "www_authenticate_uri": settings.endpoint("identity"),
        "memcached_servers": f"127.0.0.1:{settings.ports['memcached']}",
        "service_token_roles": "service",
        "service_token_roles_required": True,
    }


def _service_user(settings: Settings) -> dict[str, object]:
    # Long operations go on when the user's token has expired, and newer Cinder refuses a
    # detach that does not come with a service token.
    return _account(settings) | {"send_service_user_token": True}


def _database(layout: Layout, name: str) -> dict[str, object]:
    return {"connection": database_url(layout, name), "max_pool_size": 10, "max_overflow": 20}


def _locks(folder: Path) -> dict[str, object]:
    folder.mkdir(parents=True, exist_ok=True)
    return {"lock_path": folder}


def _keystone(layout: Layout, settings: Settings) -> None:
    _write(
        layout.conf / "keystone" / "keystone.conf",
        {
            "DEFAULT": {"public_endpoint": settings.endpoint("identity").removesuffix("/v3")},
            "database": _database(layout, "keystone"),
            # A test run must never see its token expire.
            "token": {"provider": "fernet", "expiration": 86400},
            "fernet_tokens": {"key_repository": layout.data / "keystone" / "fernet"},
            "credential": {"key_repository": layout.data / "keystone" / "credential"},
            # The least that bcrypt takes: password checks are most of Keystone's work.
            "identity": {"password_hash_rounds": 4},
            "cache": {
                "enabled": True,
                "backend": "dogpile.cache.memcached",
                "memcache_servers": f"127.0.0.1:{settings.ports['memcached']}",
            },
        },
    )


def _glance(layout: Layout, settings: Settings) -> None:
    images = layout.data / "glance"
    stores = {name: images / name for name in ("file", "os_glance_staging_store", "os_glance_tasks_store")}
    for folder in stores.values():
        folder.mkdir(parents=True, exist_ok=True)
    _write(
        layout.conf / "glance" / "glance-api.conf",
        {
            "DEFAULT": {
                "enabled_backends": "file:file",
                "enabled_import_methods": "[]",
                "worker_self_reference_url": settings.endpoint("image"),
            },
            "glance_store": {"default_backend": "file"},
            **{name: {"filesystem_store_datadir": folder} for name, folder in stores.items()},
            "database": _database(layout, "glance"),
            "keystone_authtoken": _authtoken(settings),
            "paste_deploy": {
                "flavor": "keystone",
                "config_file": layout.venv / "etc" / "glance" / "glance-api-paste.ini",
            },
            "oslo_concurrency": _locks(layout.run / "locks" / "glance"),
        },
    )


def _placement(layout: Layout, settings: Settings) -> None:
    _write(
        layout.conf / "placement" / "placement.conf",
        {
            "api": {"auth_strategy": "keystone"},
            "placement_database": _database(layout, "placement"),
            "keystone_authtoken": _authtoken(settings),
        },
    )


def _nova(layout: Layout, settings: Settings) -> None:
    account = _account(settings)
    common: dict[str, dict[str, object]] = {
        "DEFAULT": {
            "state_path": layout.run / "nova",
            "transport_url": settings.transport_url,
            "my_ip": "127.0.0.1",
            "compute_driver": "cloudctl_lab.LabDriver",
            "allow_resize_to_same_host": True,
            "shelved_offload_time": 0,
            "vif_plugging_is_fatal": False,
            "vif_plugging_timeout": 0,
            "rpc_response_timeout": 180,
            "update_resources_interval": 300,
            # The only way to know that a service listens: it says so at this level, once.
            "default_log_levels": "nova.service=DEBUG,amqp=WARN,sqlalchemy=WARN,keystoneauth=WARN,urllib3=WARN",
            **_HEARTBEATS,
        },
        "keystone_authtoken": _authtoken(settings),
        "service_user": _service_user(settings),
        "placement": account,
        "neutron": account | {"service_metadata_proxy": False},
        "cinder": account | {"os_region_name": REGION, "catalog_info": "block-storage::publicURL"},
        "glance": {"api_servers": settings.endpoint("image")},
        "vnc": {"enabled": True, "novncproxy_base_url": "http://127.0.0.1:6080/vnc_lite.html"},
        "compute": {"live_migration_wait_for_vif_plug": False},
        "conductor": {"workers": 1},
        # A server whose image does not ask for a real host finds none.
        "scheduler": {"workers": 1, "enable_isolated_aggregate_filtering": True},
        # A wish to be apart counts for more than what a test before has not given back yet.
        "filter_scheduler": {"soft_anti_affinity_weight_multiplier": 1000.0},
        "oslo_messaging_notifications": {"driver": "noop"},
        "oslo_concurrency": _locks(layout.run / "locks" / "nova"),
    }
    folder = layout.conf / "nova"
    databases = {
        "api_database": _database(layout, "nova_api"),
        "database": _database(layout, "nova"),
    }
    _write(folder / "nova.conf", common | databases)
    shutil.copyfile(layout.venv / "etc" / "nova" / "api-paste.ini", folder / "api-paste.ini")
    for host in (*COMPUTE_HOSTS, REAL_HOST, VM_HOST):
        state = layout.compute_state(host)
        state.mkdir(parents=True, exist_ok=True)
        # Nova wants to find at every later start the identity it wrote at the first; ours follows from the name.
        (state / "compute_id").write_text(str(uuid.uuid5(uuid.NAMESPACE_DNS, host)), "utf-8")
        own: dict[str, object] = {"host": host, "state_path": state}
        if host == REAL_HOST:
            own["compute_driver"] = "cloudctl_lab.LabHostDriver"
        more: dict[str, dict[str, object]] = {}
        if host == VM_HOST:
            own |= _VM_DEFAULTS
            more = _vms(layout)
        # No database sections: a compute that could reach the database refuses to start.
        _write(folder / f"{host}.conf", common | more | {"DEFAULT": common["DEFAULT"] | own})


_VM_DEFAULTS: dict[str, object] = {
    "compute_driver": "cloudctl_lab_vms.LabVmDriver",
    "force_config_drive": True,
    "mkisofs_cmd": "genisoimage",
    # What Glance has is what QEMU reads.
    "force_raw_images": False,
}


def libvirt_socket(layout: Layout) -> Path:
    """Where the compute host of VMs finds its libvirtd."""
    return layout.compute_state(VM_HOST) / "run/libvirt/libvirt-sock"


def _vms(layout: Layout) -> dict[str, dict[str, object]]:
    helper = {"helper_command": layout.bin / "privsep-helper"}
    return {
        "vnc": {"enabled": False},
        "api": {"vendordata_jsonfile_path": layout.compute_state(VM_HOST) / VENDOR_DATA},
        "libvirt": {
            "connection_uri": f"qemu:///system?socket={libvirt_socket(layout)}",
            # There is no hardware here that would help.
            "virt_type": "qemu",
            "cpu_mode": "none",
            "inject_partition": -2,
            "images_type": "qcow2",
            # Nobody needs a VM that outlives a power cut.
            "disk_cachemodes": "file=unsafe",
            "hw_machine_type": "x86_64=q35",
            "mem_stats_period_seconds": 0,
        },
        # Root runs it already.
        "nova_sys_admin": helper,
        "privsep_osbrick": helper,
        "vif_plug_ovs_privileged": helper,
    }


def _neutron(layout: Layout, settings: Settings) -> None:
    _write(
        layout.conf / "neutron" / "neutron.conf",
        {
            "DEFAULT": {
                "state_path": layout.run / "neutron",
                "transport_url": settings.transport_url,
                "auth_strategy": "keystone",
                "core_plugin": "ml2",
                "service_plugins": "cloudctl_lab_plugins.networks.LabRouterPlugin",
                "api_paste_config": layout.venv / "etc" / "neutron" / "api-paste.ini",
                # There are no agents: nothing shall wait for one or call one.
                "enable_traditional_dhcp": False,
                "dhcp_agent_notification": False,
                "enable_dvr": False,
                "l3_ha": False,
                "notify_nova_on_port_status_changes": False,
                "notify_nova_on_port_data_changes": True,
                "rpc_response_timeout": 60,
            },
            "database": _database(layout, "neutron"),
            "keystone_authtoken": _authtoken(settings),
            "nova": _account(settings),
            "placement": _account(settings),
            "ml2": {
                "type_drivers": "flat,vxlan",
                "tenant_network_types": "vxlan",
                "mechanism_drivers": "cloudctl_lab",
                "extension_drivers": "port_security",
            },
            "ml2_type_flat": {"flat_networks": EXTERNAL_NETWORK},
            # Each number becomes a row at the first start.
            "ml2_type_vxlan": {"vni_ranges": "1:2000"},
            "oslo_messaging_notifications": {"driver": "noop"},
            "oslo_concurrency": _locks(layout.run / "locks" / "neutron"),
        },
    )


def _cinder(layout: Layout, settings: Settings) -> None:
    etc = layout.venv / "etc" / "cinder"
    state = layout.run / "cinder"
    state.mkdir(parents=True, exist_ok=True)
    _write(
        layout.conf / "cinder" / "cinder.conf",
        {
            "DEFAULT": {
                "state_path": state,
                "transport_url": settings.transport_url,
                "my_ip": "127.0.0.1",
                "host": "storage-1",
                "auth_strategy": "keystone",
                "enabled_backends": "lab",
                "default_volume_type": "__DEFAULT__",
                "api_paste_config": etc / "api-paste.ini",
                "resource_query_filters_file": etc / "resource_filters.json",
                "glance_api_servers": settings.endpoint("image"),
                # There is one back end: trying it again would only delay the error.
                "scheduler_max_attempts": 1,
                "rpc_response_timeout": 180,
                "default_log_levels": "cinder.service=DEBUG,amqp=WARN,sqlalchemy=WARN,keystoneauth=WARN",
                **_HEARTBEATS,
            },
            "lab": {
                "volume_driver": "cloudctl_lab_plugins.volumes.LabVolumeDriver",
                "volume_backend_name": "lab",
                "target_helper": "fake",
            },
            "database": _database(layout, "cinder"),
            "keystone_authtoken": _authtoken(settings),
            "service_user": _service_user(settings),
            "nova": _account(settings) | {"interface": "public"},
            "coordination": {"backend_url": f"file://{state / 'coordination'}"},
            "oslo_messaging_notifications": {"driver": "noop"},
            "oslo_concurrency": _locks(layout.run / "locks" / "cinder"),
        },
    )


def _rabbit(layout: Layout, settings: Settings) -> None:
    folder = layout.conf / "rabbit"
    folder.mkdir(parents=True, exist_ok=True)
    # No file of the machine's own installation may be read: neither its settings nor its plugins.
    (folder / "rabbitmq.conf").write_text("log.console.level = warning\nlog.file = false\nlog.console = true\n")
    (folder / "enabled_plugins").write_text("[].\n")
