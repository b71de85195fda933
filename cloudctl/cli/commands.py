"""Every command of `cloudctl`, in one table: its name, where it lives, its help line.

A new noun is one line here and one module; a test holds the two together.
"""

from __future__ import annotations

from cloudctl.cli.groups import Entry, Section
from cloudctl.cli.words import _

HERE = "cloudctl.cli"


def _noun(name: str, text: str) -> Entry:
    """A noun's commands live in the module of its name."""
    return Entry(name, f"{HERE}.{name}:{name}", text)


def _local(name: str, text: str) -> Entry:
    """A command that runs beside the server, not against it."""
    return Entry(name, f"{HERE}.local.{name}:{name}", text)


SECTIONS: tuple[Section, ...] = (
    Section(
        _("Orders"),
        (
            _noun("orders", _("Apply for resources; sign off, review, approve; follow the build.")),
            _noun("opinions", _("Opinions of the specialists on accepted orders.")),
            _noun("placements", _("Which cloud serves which items of an order, and why.")),
            _noun("letters", _("Official letters: acceptance, refusal, supplement, decision.")),
            _noun("todo", _("What waits for you, by its due date.")),
            _noun("attachments", _("Files handed in with an order.")),
            _noun("ratings", _("What applicants say of delivered orders; what the office answers.")),
            _noun("catalogue", _("What can be ordered: specifications, images, volume types, zones.")),
            _noun("quotas", _("What a department may use, holds and uses.")),
            _noun("capacity", _("What room the clouds have left, and for how long it will do.")),
        ),
    ),
    Section(
        _("Resources"),
        (
            _noun("servers", _("Servers: list, console, start, stop, snapshot, restore.")),
            _noun("volumes", _("Volumes.")),
            _noun("networks", _("Network segments.")),
            _noun("addresses", _("Floating addresses.")),
            _noun("resources", _("One resource of whatever kind: show, restore, protect from release.")),
            _noun(
                "apps",
                _("Applications: catalogue, deploy, upgrade, rollback, backup, prove, restore, move, scale, retire."),
            ),
            _noun("transfers", _("Resources that go to another department, with both heads' signatures.")),
        ),
    ),
    Section(
        _("Register"),
        (
            _noun("departments", _("Departments, in a tree of levels.")),
            _noun("systems", _("Information systems.")),
            _noun("register", _("The register taken from other programs: NetBox.")),
            _noun("rooms", _("Machine rooms: list, create, edit, history, spaces.")),
            _noun("racks", _("Racks of machine rooms: list, create, edit, history.")),
            _noun("devices", _("Physical servers and other devices: list, create, edit, history.")),
            _noun("colocations", _("Colocation in the shared room: list, install, release, remove.")),
            _noun("accesses", _("Network access: lines, terminals, egress; connect, release, disconnect.")),
            _noun("assessments", _("What becomes of each system: list, propose, decide.")),
            _noun("waves", _("What moves to the platform when: waves, moves, steps, slips.")),
            _noun("consolidation", _("Where consolidation stands: status, plan, forecast, explain, ranking.")),
            _noun("dependencies", _("Which system needs which other one.")),
            _noun("evidence", _("What was observed of systems, machine rooms and cases, and until when it counts.")),
            _noun("indicators", _("Ratios and totals over the register, for any date and scope.")),
            _noun("savings", _("What the platform saves against building alone: gross, net, once and yearly.")),
            _noun("reports", _("The monthly report: figures with the queries that give them, workbook, PDF.")),
            _noun("accounts", _("People and their roles.")),
            _noun("deputies", _("Who acts for whom, from when until when.")),
            _noun("tokens", _("API tokens: issued, shown once, revoked.")),
        ),
    ),
    Section(
        _("Office and operations"),
        (
            _noun("adoptions", _("What already runs becomes a department's: rules, dry run, sheet, undo.")),
            _noun("shadows", _("Shadow systems: what runs unregistered, what duplicates another system.")),
            _noun("waste", _("What is held and not used: proposals, accepted as orders or declined.")),
            _noun("drift", _("Where the clouds and the records disagree: list, explain, resolve.")),
            _noun("emergencies", _("Orders approved by telephone: built first, signed after.")),
            _noun("clouds", _("The clouds on which is built.")),
            _noun("inventory", _("What the clouds have, whoever made it.")),
            _noun("telemetry", _("What servers do: sources, readings, coverage, days of use.")),
            _noun("syncs", _("The clouds read into the inventory: run, list.")),
            _noun("supernets", _("Blocks of addresses of the zones.")),
            _noun("prefixes", _("Prefixes that were cut from the blocks.")),
            _noun("policies", _("The rules that judge orders: list, check, test, explain.")),
            _noun("supervision", _("Time limits: what is due, cards, excuses.")),
            _noun("zombies", _("Zombie systems: scan, list, explain, purposes, exemptions.")),
            _noun("cases", _("Listed supervision: numbered, with a deadline, closed only with proof.")),
            _noun("calendars", _("Working days: holidays, make-up days, local days.")),
            _noun("freezes", _("Freeze windows, in which builds and changes wait.")),
            _noun("exemptions", _("Rules lifted for a department or system, until a day.")),
            _noun("hosts", _("Hosts of playbooks: list, enrol, edit, quarantine, release.")),
            _noun("secrets", _("Secrets, write-only: list, set, rotate, remove, seal anew.")),
            Entry("grants", f"{HERE}.access_grants:grants", _("Access to servers: ask, approve, list, sign, revoke.")),
            _noun("authorities", _("Certificate authorities: list, trusted, rotate, certificates.")),
            _noun("playbooks", _("Playbooks that can be run: list, show their arguments.")),
            _noun("runs", _("Playbooks on hosts: start, follow, approve, cancel, resume, artifacts.")),
            _noun("checks", _("Whether applications answer: list, history, availability.")),
            _noun("incidents", _("Applications that do not answer: list.")),
            Entry("impact", f"{HERE}.impacts:impact", _("Who depends on a host, cloud, network or storage.")),
            _noun("maintenance", _("Planned maintenance: plan, list, cancel.")),
            _noun("workflows", _("Builds under way: list, show, retry, resume, roll back.")),
            _noun("audit", _("Who did what, when and why.")),
            _noun("notices", _("Messages to people, sent and waiting.")),
            _noun("channels", _("Through what notices go, and who gets them how and when.")),
        ),
    ),
    Section(
        _("Session"),
        (
            Entry("login", f"{HERE}.sessions:login", _("Log in to a server with a token.")),
            Entry("logout", f"{HERE}.sessions:logout", _("Forget a server and its token.")),
            Entry("contexts", f"{HERE}.sessions:contexts", _("The servers that you are logged in to.")),
            Entry("me", f"{HERE}.sessions:me", _("Who you are to the server, and what you may do.")),
            Entry("completion", f"{HERE}.completion:completion", _("Print the completion script of a shell.")),
        ),
    ),
    Section(
        _("Beside the server"),
        (
            _local("serve", _("Run the HTTP API; on SQLite the builds as well.")),
            _local("worker", _("Run a worker that builds (PostgreSQL).")),
            _local("db", _("Bring the database up to date, or check it.")),
            _local("doctor", _("Look for what is wrong, and say the command that mends it.")),
            _local("config", _("Show the settings in force and where each comes from.")),
            _local("backup", _("Back up the platform's own database.")),
            _local("restore", _("Restore the platform's own database from a backup.")),
            _local("demo", _("A generated city and one order from application to delivery.")),
        ),
    ),
)
