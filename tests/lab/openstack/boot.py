"""Boot the cloud: for the first time from nothing, later from a template of the first boot's result."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from tests.lab.processes import LabError, Processes, answers

from . import config, seed
from .layout import COMPUTE_HOSTS, Layout, Settings

Say = Callable[[str], None]

#: Service type -> WSGI module.
_APIS = {
    "identity": "keystone.wsgi.api",
    "image": "glance.wsgi.api",
    "placement": "placement.wsgi.api",
    "compute": "nova.wsgi.osapi_compute",
    "network": "neutron.wsgi.api",
    "block-storage": "cinder.wsgi.api",
}

#: What a worker writes to its log once it takes messages.
LISTENS = "Join ServiceGroup membership"


@dataclass
class Boot:
    """One boot of the cloud into a fresh run folder."""

    layout: Layout
    settings: Settings
    processes: Processes
    say: Say
    env: Mapping[str, str] = field(init=False)
    _began: float = field(init=False, default_factory=time.monotonic)

    def __post_init__(self) -> None:
        self.env = config.environment(self.layout, self.settings)

    def first(self, template: Path) -> None:
        """Boot from nothing and save the result as the template."""
        config.write_all(self.layout, self.settings)
        self._note("creating the database")
        self._create_database()
        self._start_brokers()
        self._note("creating the schemas")
        self._create_schemas()
        self._start_api("identity")
        self._await_api("identity")
        self._note("identity answers")
        seed.seed_identity(seed.Client(self.settings), self.settings)
        self._start_services()
        self._note("services listen")
        self._manage("nova-manage", "cell_v2", "discover_hosts")
        client = seed.Client(self.settings)
        seed.await_services(client)
        seed.seed_cloud(client)
        self._note("cloud seeded, saving the template")
        self._save(template)

    def restored(self, template: Path) -> None:
        """Boot from the template."""
        shutil.copytree(template, self.layout.data, symlinks=True)
        config.write_all(self.layout, self.settings)
        with ThreadPoolExecutor() as pool:
            brokers = pool.submit(self._start_brokers)
            self._start_database(self._refresh_sql())
            # These two need neither the message broker nor each other.
            self._start_api("identity")
            self._start_api("placement")
            self._await_api("identity")
            self._note("identity answers")
            brokers.result()
        self._start_services()
        seed.await_services(seed.Client(self.settings))

    def _note(self, text: str) -> None:
        self.say(f"{time.monotonic() - self._began:6.1f} s  {text}")

    # Database and brokers

    def _create_database(self) -> None:
        self._command(
            "/usr/bin/mariadb-install-db",
            "--no-defaults",
            f"--datadir={self._mysql}",
            "--auth-root-authentication-method=normal",
            "--skip-test-db",
        )
        statements = [f"CREATE DATABASE {name} CHARACTER SET utf8mb4;" for name in config.DATABASES]
        self._start_database(
            ["CREATE USER lab@localhost;", "GRANT ALL ON *.* TO lab@localhost WITH GRANT OPTION;", *statements]
        )

    def _refresh_sql(self) -> list[str]:
        # Services that reported when the template was saved would count as down for a while, and
        # servers would find no host, until each has reported again.
        cells = {"cell0": "nova_cell0", "cell1": "nova"}
        mappings = [
            f"UPDATE nova_api.cell_mappings SET database_connection = '{config.database_url(self.layout, database)}' "
            f"WHERE name = '{cell}';"
            for cell, database in cells.items()
        ]
        return [
            "UPDATE nova.services SET last_seen_up = UTC_TIMESTAMP();",
            "UPDATE cinder.services SET updated_at = UTC_TIMESTAMP();",
            f"UPDATE nova_api.cell_mappings SET transport_url = '{self.settings.transport_url}' WHERE name = 'cell1';",
            *mappings,
            *seed.catalogue_sql(self.settings),
        ]

    @property
    def _mysql(self) -> Path:
        return self.layout.data / "mysql"

    def _start_database(self, statements: Sequence[str] = ()) -> None:
        init = self.layout.run / "init.sql"
        init.write_text("\n".join(statements) + "\n", "utf-8")
        init.chmod(0o600)
        self._start(
            "mariadb",
            "/usr/sbin/mariadbd",
            "--no-defaults",
            f"--datadir={self._mysql}",
            f"--socket={self.layout.socket}",
            f"--pid-file={self.layout.run / 'mysql.pid'}",
            f"--init-file={init}",
            *_run_as(),
            "--skip-networking",
            "--skip-name-resolve",
            "--skip-log-bin",
            "--transaction-isolation=READ-COMMITTED",
            "--max-connections=500",
            "--innodb-buffer-pool-size=256M",
            "--innodb-log-file-size=48M",
            # A crash may cost everything: the next start begins with the template anyway.
            "--innodb-flush-log-at-trx-commit=0",
            "--innodb-doublewrite=0",
        )
        # It says so only after it has carried out the init file; the socket is there earlier.
        self.processes.wait("mariadb", lambda: self.processes.logged("mariadb", "ready for connections"))

    def _start_brokers(self) -> None:
        ports = self.settings.ports
        self._start("epmd", "/usr/bin/epmd", "-address", "127.0.0.1", "-port", str(ports["epmd"]))
        where = ("-l", "127.0.0.1", "-p", str(ports["memcached"]), "-U", "0")
        self._start("memcached", "/usr/bin/memcached", *where, *_run_as("-u"))
        self._start("rabbitmq", "/usr/lib/rabbitmq/bin/rabbitmq-server")
        self.processes.wait("rabbitmq", lambda: self.processes.logged("rabbitmq", "completed with"))

    # Schemas

    def _create_schemas(self) -> None:
        tracks = (self._keystone_schema, self._nova_schema, self._small_schemas, self._neutron_schema)
        with ThreadPoolExecutor(len(tracks)) as pool:
            for track in [pool.submit(track) for track in tracks]:
                track.result()

    def _keystone_schema(self) -> None:
        for folder in ("fernet", "credential"):
            (self.layout.data / "keystone" / folder).mkdir(parents=True, exist_ok=True, mode=0o700)
        identity = self.settings.endpoint("identity")
        self._keystone("db_sync")
        self._keystone("fernet_setup", *_owner())
        self._keystone("credential_setup", *_owner())
        self._keystone(
            "bootstrap",
            f"--bootstrap-password={self.settings.password}",
            f"--bootstrap-admin-url={identity}",
            f"--bootstrap-internal-url={identity}",
            f"--bootstrap-public-url={identity}",
            f"--bootstrap-region-id={config.REGION}",
        )

    def _nova_schema(self) -> None:
        self._manage("nova-manage", "api_db", "sync")
        cell0 = config.database_url(self.layout, "nova_cell0")
        self._manage("nova-manage", "cell_v2", "map_cell0", "--database_connection", cell0)
        self._manage("nova-manage", "cell_v2", "create_cell", "--name", "cell1")
        self._manage("nova-manage", "db", "sync")

    def _small_schemas(self) -> None:
        conf = self.layout.conf
        self._manage("cinder-manage", "--config-file", conf / "cinder" / "cinder.conf", "db", "sync")
        self._manage("glance-manage", "--config-file", conf / "glance" / "glance-api.conf", "db_sync")
        self._manage("placement-manage", "--config-file", conf / "placement" / "placement.conf", "db", "sync")

    def _neutron_schema(self) -> None:
        self._manage(
            "neutron-db-manage", "--config-file", self.layout.conf / "neutron" / "neutron.conf", "upgrade", "heads"
        )

    def _keystone(self, *words: str) -> None:
        self._manage("keystone-manage", "--config-file", self.layout.conf / "keystone" / "keystone.conf", *words)

    def _manage(self, program: str, *words: str | Path) -> None:
        own = ("--config-file", self.layout.conf / "nova" / "nova.conf") if program == "nova-manage" else ()
        self._command(self.layout.bin / program, *own, *words)

    # Services

    def _start_services(self) -> None:
        """Start everything that is not running yet, all at once, and wait until all of it listens."""
        nova, cinder = self.layout.conf / "nova", self.layout.conf / "cinder" / "cinder.conf"
        for service_type in _APIS:
            if self.processes.pid(service_type) is None:
                self._start_api(service_type)
        workers = {
            "nova-conductor": nova / "nova.conf",
            "nova-scheduler": nova / "nova.conf",
            "cinder-scheduler": cinder,
            "cinder-volume": cinder,
        }
        for name, path in workers.items():
            self._start(name, self.layout.bin / name, "--config-file", path)
        for host in COMPUTE_HOSTS:
            self._start(f"nova-{host}", self.layout.bin / "nova-compute", "--config-file", nova / f"{host}.conf")
        for service_type in _APIS:
            self._await_api(service_type)
        for name in ("nova-conductor", "nova-scheduler", *(f"nova-{host}" for host in COMPUTE_HOSTS)):
            self._await_log(name, LISTENS)
        self._await_log("cinder-scheduler", "Creating RPC server")
        self._await_log("cinder-volume", "Driver post RPC initialization completed")

    def _start_api(self, service_type: str) -> None:
        extra: list[str] = []
        if service_type == "image":
            # Nova uploads snapshots in chunks; by default uWSGI drops them without a word.
            extra = ["--chunked-input-limit", "536870912", "--chunked-input-timeout", "60"]
        if service_type == "block-storage":
            extra = ["--pyargv", f"--config-file {self.layout.conf / 'cinder' / 'cinder.conf'}"]
        self._start(
            service_type,
            self.layout.bin / "uwsgi",
            "--http-socket",
            f"127.0.0.1:{self.settings.ports[service_type]}",
            "--virtualenv",
            self.layout.venv,
            "--module",
            f"{_APIS[service_type]}:application",
            *("--master", "--lazy-apps", "--need-app", "--die-on-term", "--enable-threads"),
            *("--threads", "8", "--buffer-size", "65535", "--procname-prefix", f"lab-{service_type} "),
            # It closes every connection without saying so, and a client that reuses one gets a reset.
            *("--add-header", "Connection: close"),
            *extra,
        )

    def _await_api(self, service_type: str) -> None:
        url = f"http://127.0.0.1:{self.settings.ports[service_type]}/"
        self.processes.wait(service_type, lambda: answers(url))

    def _await_log(self, name: str, text: str) -> None:
        self.processes.wait(name, lambda: self.processes.logged(name, text))

    # Template

    def _save(self, template: Path) -> None:
        """Save the data with the database stopped for a moment; the idle services reconnect by themselves."""
        self.processes.stop(["mariadb"], graceful=True)
        partial = template.with_suffix(".partial")
        shutil.rmtree(partial, ignore_errors=True)
        shutil.copytree(self.layout.data, partial, symlinks=True)
        for old in template.parent.glob("template-*"):
            if old not in (template, partial):
                shutil.rmtree(old, ignore_errors=True)
        partial.rename(template)
        self._start_database()

    def _start(self, name: str, *argv: str | Path) -> None:
        self.processes.start(name, argv, self.env, self.layout.run)

    def _command(self, *argv: str | Path) -> None:
        words = [str(word) for word in argv]
        done = subprocess.run(
            words,
            env=dict(self.env),
            cwd=self.layout.run,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        with (self.layout.logs / "commands.log").open("a", encoding="utf-8") as log:
            log.write(f"$ {Path(words[0]).name} {' '.join(words[1:3])}\n{done.stdout}\n")
        if done.returncode:
            # Not all of the words: one of them may be a password.
            raise LabError(f"{words[0]} failed:\n{done.stdout[-4000:]}")


def _run_as(flag: str = "--user") -> list[str]:
    """Both refuse to run as root unless told to."""
    name = _user()
    return [] if name is None else [f"{flag}={name}"] if flag.startswith("--") else [flag, name]


def _owner() -> list[str]:
    name = _user()
    return [] if name is None else [f"--keystone-user={name}", f"--keystone-group={name}"]


def _user() -> str | None:
    return "root" if os.geteuid() == 0 else None
