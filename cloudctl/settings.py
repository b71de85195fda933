"""Settings: one TOML file and the environment, read once, typed.

    # cloudctl.toml
    database_url = "postgresql+psycopg://cloudctl@localhost/cloudctl"
    data_dir = "/var/lib/cloudctl"
    [smtp]
    host = "mail.example.org"
    [channels.duty]
    url = "dingtalk://token"

The file is $CLOUDCTL_CONFIG, else ./cloudctl.toml, else /etc/cloudctl/cloudctl.toml. A variable `CLOUDCTL_<FIELD>`
(`CLOUDCTL_SMTP__HOST` for nested ones) wins over the file. Secrets belong into the environment or into files of mode
0600; credentials of clouds into clouds.yaml.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec

PREFIX = "CLOUDCTL_"
CONFIG_VARIABLE = PREFIX + "CONFIG"
PLACES = (Path("cloudctl.toml"), Path("/etc/cloudctl/cloudctl.toml"))
# Variables of the command line's client side, and of key material: not settings of the server.
RESERVED = frozenset({"CONFIG", "URL", "TOKEN", "LANG", "CONTEXT", "SEALING_KEYS", "LAB_CACHE"})


AtLeastOne = Annotated[int, msgspec.Meta(ge=1)]
Percent = Annotated[int, msgspec.Meta(ge=0, le=100)]


class SettingsError(Exception):
    """A setting is unknown or has the wrong type; the message names it and its source."""


class Smtp(msgspec.Struct, kw_only=True, frozen=True, forbid_unknown_fields=True):
    """The mail server; without a host notices are only written to the log."""

    host: str = ""
    port: int = 25
    sender: str = "cloudctl@localhost"
    user: str = ""
    password: str = ""
    starttls: bool = False
    timeout_s: float = 20.0


class Channel(msgspec.Struct, kw_only=True, frozen=True, forbid_unknown_fields=True):
    """A channel of notices beside mail: its address, which is a secret, and where a private messenger is."""

    url: str
    server: str = ""
    timeout_s: float = 15.0


class Simulated(msgspec.Struct, kw_only=True, frozen=True, forbid_unknown_fields=True):
    """The simulated cloud: a seed, and how long its objects take."""

    seed: int = 1
    latency_min_s: float = 0.5
    latency_max_s: float = 2.0


class Retention(msgspec.Struct, kw_only=True, frozen=True, forbid_unknown_fields=True):
    """Longer retention than `retention_days`: from an MLPS level on, and by the code of a zone."""

    mlps_3_days: int = 30
    mlps_4_days: int = 60
    zones: dict[str, int] = {}


class Prometheus(msgspec.Struct, kw_only=True, frozen=True, forbid_unknown_fields=True):
    """A Prometheus: where it is, how it is entered, by which sets of queries it is asked, and how often it scrapes."""

    url: str
    sets: tuple[str, ...] = ("libvirt", "node", "blackbox")
    clouds: tuple[str, ...] = ()
    user: str = ""
    password: str = ""
    token: str = ""
    ca_file: str = ""
    verify: bool = True
    timeout_s: Annotated[float, msgspec.Meta(gt=0, le=600)] = 60.0
    step_s: Annotated[int, msgspec.Meta(ge=60, le=3600)] = 300
    scrape_s: Annotated[int, msgspec.Meta(ge=1, le=3600)] = 60


class Telemetry(msgspec.Struct, kw_only=True, frozen=True, forbid_unknown_fields=True):
    """Where telemetry comes from beside files: Prometheus servers by name, and the clouds themselves."""

    prometheus: dict[str, Prometheus] = {}
    without_clouds: tuple[str, ...] = ()
    look_every_s: Annotated[int, msgspec.Meta(ge=60, le=3600)] = 300
    look_retention_days: Annotated[int, msgspec.Meta(ge=4, le=90)] = 7


class Runs(msgspec.Struct, kw_only=True, frozen=True, forbid_unknown_fields=True):
    """Runs of playbooks: how many at once, in all and in a zone, and what carries them out."""

    at_once: AtLeastOne = 4
    per_zone: AtLeastOne = 4
    zones: dict[str, AtLeastOne] = {}
    forks: AtLeastOne = 20
    lines_retention_days: AtLeastOne = 90
    playbooks_dir: str = ""
    directory: str = ""
    container_image: str = ""
    container_engine: Literal["podman", "docker"] = "podman"
    container_options: tuple[str, ...] = ()


class NameServer(msgspec.Struct, kw_only=True, frozen=True, forbid_unknown_fields=True):
    """The name server that takes the names of applications (RFC 2136), and the TSIG key that it knows us by."""

    server: str = ""
    port: int = 53
    key_name: str = ""
    key: str = ""
    algorithm: str = "hmac-sha256"
    ttl_s: AtLeastOne = 300


class Acme(msgspec.Struct, kw_only=True, frozen=True, forbid_unknown_fields=True):
    """An authority that certifies applications over ACME (RFC 8555); it needs the name server for its proofs."""

    directory: str = ""
    contact: str = ""
    roots_file: str = ""
    account_id: str = ""
    account_key: str = ""
    settle_s: Annotated[float, msgspec.Meta(ge=0, le=600)] = 5.0


class Apps(msgspec.Struct, kw_only=True, frozen=True, forbid_unknown_fields=True):
    """Applications: the zone of their names, their certificates, their backups, and how long they may take."""

    zone: str = "apps.internal"
    name_server: NameServer = NameServer()
    acme: Acme = Acme()
    certificate_days: Annotated[int, msgspec.Meta(ge=2, le=397)] = 90
    renew_days: AtLeastOne = 30
    backups: str = ""
    backup_environment: dict[str, str] = {}
    backup_days: AtLeastOne = 180
    answer_within_s: Annotated[float, msgspec.Meta(gt=0, le=3600)] = 120.0
    at_once: Annotated[int, msgspec.Meta(ge=1, le=100)] = 25
    networks: tuple[str, ...] = ()
    blueprints_dir: str = ""


class Checks(msgspec.Struct, kw_only=True, frozen=True, forbid_unknown_fields=True):
    """Checks of applications: how often, how many at once, and after how many looks an incident begins and ends."""

    every_s: Annotated[int, msgspec.Meta(ge=15, le=3600)] = 60
    failures: AtLeastOne = 3
    successes: AtLeastOne = 2
    parallel: Annotated[int, msgspec.Meta(ge=1, le=64)] = 16
    keep_days: Annotated[int, msgspec.Meta(ge=32)] = 800


class Settings(msgspec.Struct, kw_only=True, frozen=True, forbid_unknown_fields=True):
    """Everything an installation can set; units are in the names."""

    database_url: str = ""
    data_dir: str = ".cloudctl"
    policies_dir: str = ""
    secret_key_file: str = ""
    secret_key_command: str = ""
    host: str = "127.0.0.1"
    port: int = 8420
    public_url: str = ""
    unix_socket: str = ""
    log_level: str = "INFO"
    log_json: bool = True
    executor_id: str = ""
    workers_per_process: AtLeastOne = 8
    orders_per_cloud: AtLeastOne = 8
    engine_poll_s: float = 0.3
    retention_days: int = 14
    protect_from_mlps: int = 3
    prefix_cool_down_days: int = 7
    settle_s: float = 10.0
    cloud_poll_s: float = 1.0
    step_budget_s: float = 1800.0
    retry_attempts: AtLeastOne = 6
    parallel_calls: AtLeastOne = 10
    max_token_days: AtLeastOne = 365
    workflow_retention_days: int = 30
    sync_full_every_s: float = 3600.0
    sync_incremental_every_s: float = 60.0
    sync_stale_after_s: float = 7200.0
    sync_missing_after: AtLeastOne = 3
    sync_retention_days: AtLeastOne = 30
    sync_short_percent: Percent = 50
    change_retention_days: AtLeastOne = 400
    drift_orphan_days: AtLeastOne = 7
    telemetry_retention_days: AtLeastOne = 400
    telemetry_backfill_days: AtLeastOne = 90
    attempt_retention_days: AtLeastOne = 90
    access_certificate_hours: Annotated[int, msgspec.Meta(ge=1, le=24)] = 8
    first_boot_script: bool = True
    management_networks: tuple[str, ...] = ()
    page_networks: tuple[str, ...] = ()
    clouds_file: str = ""
    files_url: str = ""
    smtp: Smtp = Smtp()
    channels: dict[str, Channel] = {}
    simulated: Simulated = Simulated()
    retention: Retention = Retention()
    telemetry: Telemetry = Telemetry()
    runs: Runs = Runs()
    apps: Apps = Apps()
    checks: Checks = Checks()

    @property
    def database(self) -> str:
        """The database's URL; an SQLite file in the data directory unless set."""
        return self.database_url or f"sqlite:///{Path(self.data_dir).absolute() / 'cloudctl.sqlite3'}"

    @property
    def public(self) -> str:
        """Where people reach the server, without a slash at the end: what stands in front of links in messages."""
        return (self.public_url or f"http://{self.host}:{self.port}").rstrip("/")

    @property
    def on_sqlite(self) -> bool:
        """One process then serves and works."""
        return self.database.startswith("sqlite")

    @property
    def secret_keys(self) -> Path:
        """The file with the sealing keys."""
        return Path(self.secret_key_file) if self.secret_key_file else Path(self.data_dir) / "secret.keys"


def load(environment: Mapping[str, str] | None = None, overrides: Mapping[str, Any] | None = None) -> Settings:
    """The effective settings; raises SettingsError naming the setting and where it came from."""
    return load_with_sources(environment, overrides)[0]


def load_with_sources(
    environment: Mapping[str, str] | None = None, overrides: Mapping[str, Any] | None = None
) -> tuple[Settings, dict[str, str]]:
    """The effective settings, and for each that is not a default the place it came from."""
    env = os.environ if environment is None else environment
    path = _file(env)
    values: dict[str, Any] = {}
    sources: dict[str, str] = {}
    if path is not None:
        values = _read(path)
        sources = dict.fromkeys(_dotted(values), str(path))
    for name, text in sorted(env.items()):
        if name.startswith(PREFIX) and name.removeprefix(PREFIX) not in RESERVED:
            dotted = name.removeprefix(PREFIX).lower().replace("__", ".")
            _put(values, dotted, text)
            sources[dotted] = name
    for dotted, value in (overrides or {}).items():
        _put(values, dotted, value)
        sources[dotted] = "command line"
    try:
        return msgspec.convert(values, Settings, strict=False), sources
    except msgspec.ValidationError as error:
        places = ", ".join(sorted(set(sources.values()))) or "the defaults"
        raise SettingsError(f"{error} (read from {places})") from None


def _file(env: Mapping[str, str]) -> Path | None:
    if CONFIG_VARIABLE in env:
        return Path(env[CONFIG_VARIABLE])
    return next((place for place in PLACES if place.is_file()), None)


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise SettingsError(f"{path}: {error}") from None


def _dotted(values: Mapping[str, Any], above: str = "") -> list[str]:
    names = []
    for name, value in values.items():
        dotted = f"{above}{name}"
        names += _dotted(value, f"{dotted}.") if isinstance(value, dict) else [dotted]
    return names


def _put(values: dict[str, Any], dotted: str, value: Any) -> None:
    *groups, name = dotted.split(".")
    for group in groups:
        values = values.setdefault(group, {})
        if not isinstance(values, dict):
            raise SettingsError(f"{group} is a group of settings and has no value of its own (for {dotted})")
    values[name] = value
