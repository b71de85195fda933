"""Every setting with its type, default and variable; the sentences are those of `SENTENCES`, one a setting."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec

from cloudctl import settings
from tests.docs.reference.tables import code, page, table

INTRODUCTION = """\
One TOML file and the environment, read once at start. The file is `$CLOUDCTL_CONFIG`, else `./cloudctl.toml`, else
`/etc/cloudctl/cloudctl.toml`. A variable wins over the file. A setting that is not listed here is refused.
`cloudctl config show` prints all that are in force and where each comes from, secrets masked."""

CLIENT = """\
## Variables that are not settings

These are read by the command line's client side, or hold key material, and are never in the file:"""

VARIABLES = {
    "CLOUDCTL_CONFIG": "The configuration file.",
    "CLOUDCTL_SEALING_KEYS": "The sealing keys, separated by blanks or commas; goes before the key file.",
    "CLOUDCTL_URL": "The server that commands speak to; goes before the contexts of `cloudctl login`.",
    "CLOUDCTL_TOKEN": "The token for it.",
    "CLOUDCTL_CONTEXT": "The context to use, as `--context`.",
    "CLOUDCTL_LANG": "The language of the command line: `zh_CN` or `en`.",
    "OS_CLIENT_CONFIG_FILE": "The clouds.yaml with the credentials of the OpenStack clouds.",
}

SENTENCES = {
    "database_url": "`postgresql+psycopg://user@host/name`; empty: an SQLite file in the data directory.",
    "data_dir": "Where the SQLite file, the key file, simulated clouds and the first token are.",
    "policies_dir": "Policies instead of the shipped ones: a directory with `facts.yaml` and `orders/`.",
    "secret_key_command": "A program that writes the sealing keys to its output, as a KMS's client; empty: the file.",
    "access_certificate_hours": "For how many hours at most a person's ssh key is signed under an access grant.",
    "first_boot_script": "Whether new servers get the script that makes them trust the platform's ssh authority.",
    "secret_key_file": "The sealing keys; empty: `secret.keys` in the data directory.",
    "host": "The address to listen on.",
    "port": "The port to listen on; 0 takes a free one.",
    "public_url": "Where people reach the server: what links in messages begin with; empty: host and port.",
    "unix_socket": "Listen on this socket instead of host and port.",
    "log_level": "DEBUG, INFO, WARNING or ERROR.",
    "log_json": "One JSON object a line; false: plain text.",
    "executor_id": "The worker's name in the logs; empty: host, process and a random part.",
    "workers_per_process": "How many builds one process carries on at once.",
    "orders_per_cloud": "How many builds may work on one cloud at once, over all workers.",
    "engine_poll_s": "Seconds between looks into the queue.",
    "retention_days": "How long what was released can be restored, at least.",
    "protect_from_mlps": "From which MLPS level on what is delivered is protected from release; 6: never by itself.",
    "prefix_cool_down_days": "How long a prefix that was given back stays unused.",
    "settle_s": "How long a cloud's lists may lag behind its creates.",
    "cloud_poll_s": "Seconds between looks at objects that are being built.",
    "step_budget_s": "How long one step may wait for a cloud before the order is parked.",
    "retry_attempts": "How often a call is tried that a busy or unreachable cloud did not answer.",
    "parallel_calls": "How many calls a step makes to a cloud at once.",
    "max_token_days": "The longest life of an API token.",
    "workflow_retention_days": "How long finished workflows stay listed.",
    "sync_full_every_s": "How often everything of a cloud is read.",
    "sync_incremental_every_s": "How often what changed is read, where the cloud tells; and how soon a failed sync is "
    "tried again.",
    "sync_stale_after_s": "After how long without a clean sync a cloud's figures are stale.",
    "sync_missing_after": "How many clean full syncs in a row do not see what is missing.",
    "sync_retention_days": "How long syncs stay listed.",
    "sync_short_percent": "A full sync that sees a smaller share of what the last one saw, and at least 20 objects "
    "fewer, is not believed. 0: it always is.",
    "telemetry_retention_days": "How long the days' histograms and activity stay.",
    "telemetry_backfill_days": "How far back a new source is read.",
    "change_retention_days": "How long the history of the clouds' objects stays; each one's last change stays.",
    "drift_orphan_days": "How long a disk hangs on no server before it counts as an orphan.",
    "attempt_retention_days": "How long each attempt to send a notice stays on record; the notice itself stays.",
    "clouds_file": "Where clouds.yaml is.",
    "management_networks": "The prefixes from which servers are administered; a new project of an "
    "OpenStack, which is closed otherwise, lets them in by TCP. Without them no playbook reaches a server there.",
    "page_networks": "The prefixes from which pages are read: a new project of an OpenStack lets them in by TCP to 80 "
    "and 443.",
    "files_url": "Where attachments are kept: `file:///path` or `s3://bucket/prefix`; else in the data directory.",
    "smtp.host": "The mail server; empty: notices are only written to the log.",
    "smtp.port": "Its port.",
    "smtp.sender": "The address that notices come from.",
    "smtp.user": "The user, where the server wants one.",
    "smtp.password": "The password; better in the environment.",
    "smtp.starttls": "Whether to begin TLS before anything is said.",
    "smtp.timeout_s": "How long the server may take to answer.",
    "retention.mlps_3_days": "How long what belongs to a system of MLPS level 3 can be restored.",
    "retention.mlps_4_days": "The same from level 4 on.",
    "retention.zones": "The same by the code of a zone; of all that apply the most days count.",
    "channels": "Channels of notices beside mail: for each name `url` (dingtalk://, wecombot://, feishu://, json:// or "
    "jsons://, as apprise writes them; a secret), `server` (the http address of a private messenger) and `timeout_s`.",
    "telemetry.prometheus": "Prometheus servers as sources of telemetry: for each name `url`, `sets` of queries in "
    "policies/series.yaml (libvirt, node and blackbox), `clouds` whose servers it knows (any), `token` or `user` and "
    "`password`, `ca_file`, `verify`, `timeout_s` (60), `step_s` between points (300) and `scrape_s`, how often it "
    "scrapes (60).",
    "apps.zone": "What the names of applications end in; every name is a code and this.",
    "apps.name_server.server": "The address of the name server that takes their names by dynamic updates (RFC 2136); "
    "empty: names are kept by hand, and the log says which.",
    "apps.name_server.port": "Its port.",
    "apps.name_server.key_name": "The name of the TSIG key that signs the updates; empty: they are not signed.",
    "apps.name_server.key": "That key, in base64; a secret.",
    "apps.name_server.algorithm": "Its algorithm.",
    "apps.name_server.ttl_s": "How long others may keep a name.",
    "apps.acme.directory": "The directory of an authority that certifies applications over ACME, in the place of the "
    "platform's own; it needs the name server, `pip install cloudctl[acme]`, and a restart.",
    "apps.acme.contact": "The mail address that it may write to.",
    "apps.acme.roots_file": "What is trusted of it, in PEM, its own server included; empty: what the public trusts.",
    "apps.acme.account_id": "Where it only serves whom it knows: the id of the account (external account binding).",
    "apps.acme.account_key": "That account's key, in base64url; a secret.",
    "apps.acme.settle_s": "How long a proof is shown before it is asked for: all servers of the zone have it then.",
    "apps.certificate_days": "How long the certificate of an application lives.",
    "apps.renew_days": "How many days before its end it is renewed; fewer than it lives.",
    "apps.backups": "Where backups of applications go, as restic names it: a directory that all hosts share, or "
    "s3:https://…; empty: nothing that needs a backup can be done.",
    "apps.backup_environment": "What restic needs to enter that store, as AWS_ACCESS_KEY_ID; a secret.",
    "apps.backup_days": "How long a backup is kept.",
    "apps.answer_within_s": "How long an application may take until its checks answer.",
    "apps.at_once": "How many applications of a list are brought to their hosts by one run.",
    "apps.networks": "Who may reach databases and directories from outside their hosts (CIDR), beside "
    "`management_networks`, whence the platform's checks come.",
    "checks.every_s": "How often every application is looked at.",
    "checks.failures": "After so many looks in a row that failed an incident is opened.",
    "checks.successes": "After so many looks in a row that did not, it is closed.",
    "checks.parallel": "How many applications are looked at at once.",
    "checks.keep_days": "How long the history of checks is kept.",
    "apps.blueprints_dir": "Blueprints of your own: a directory with a folder each; one of a shipped name replaces it.",
    "runs.at_once": "How many runs of playbooks go on at once, in all; keep it below what the workers can carry.",
    "runs.per_zone": "How many of them in one zone.",
    "runs.zones": "Zones, by their codes, with a limit of their own.",
    "runs.forks": "On how many hosts a run works side by side.",
    "runs.lines_retention_days": "How long the live lines of runs are kept; the artifact `log.txt` stays.",
    "runs.playbooks_dir": "Playbooks instead of the shipped ones: a directory with `catalogue.yaml` and `roles/`.",
    "runs.directory": "Where a run's directory is made for its time; empty: `/dev/shm`, else the temporary directory.",
    "runs.container_image": "The execution environment: with it Ansible runs in a container of this image.",
    "runs.container_engine": "What runs the container: `podman` or `docker`.",
    "runs.container_options": "Further options of the engine, as `--cpus=2`.",
    "telemetry.without_clouds": "Clouds, by their codes, whose own figures are not read.",
    "telemetry.look_every_s": "How often the counters of a cloud that keeps no history are looked at.",
    "telemetry.look_retention_days": "How long what was seen of them is kept.",
    "simulated.seed": "Seed of the simulated clouds' latencies and utilisation.",
    "simulated.latency_min_s": "The shortest time that a simulated object takes.",
    "simulated.latency_max_s": "The longest.",
}


def names() -> Iterator[str]:
    """All settings, nested ones dotted."""
    return (name for name, _, _ in _fields(settings.Settings))


def render() -> str:
    """Settings, then the variables that are none."""
    rows = (
        (code(name), kind, _shown(default), code(settings.PREFIX + name.upper().replace(".", "__")), SENTENCES[name])
        for name, kind, default in _fields(settings.Settings)
    )
    return page(
        "Settings",
        INTRODUCTION,
        table(("setting", "type", "default", "variable", "meaning"), rows),
        CLIENT,
        table(("variable", "meaning"), ((code(name), text) for name, text in VARIABLES.items())),
    )


def _fields(shape: type, above: str = "") -> Iterator[tuple[str, str, Any]]:
    for field in msgspec.structs.fields(shape):
        if isinstance(field.type, type) and issubclass(field.type, msgspec.Struct):
            yield from _fields(field.type, f"{above}{field.name}.")
        else:
            yield above + field.name, field.type.__name__, field.default


def _shown(value: Any) -> str:
    return code(str(value).lower() if isinstance(value, bool) else value)
