"""Every state machine of the platform, as a table that a reviewer can read aloud.

A pair of state and event that a table does not list is refused. The diagrams in docs/reference/states.md are
generated from these tables.

>>> ORDERS.next("draft", "submit")
'submitted'
"""

from __future__ import annotations

from collections.abc import Iterator

from cloudctl.domain.lifecycle_access_grants import ACCESS_GRANTS
from cloudctl.domain.lifecycle_apps import ACTS, APP_BACKUPS, APPS
from cloudctl.domain.lifecycle_backups import BACKUPS
from cloudctl.domain.lifecycle_checks import CHECKS, INCIDENTS
from cloudctl.domain.lifecycle_clearings import CAMPAIGNS, CLEARINGS, STOPS
from cloudctl.domain.lifecycle_runs import RUNS
from cloudctl.domain.lifecycle_shadows import SHADOWS, WASTE
from cloudctl.domain.lifecycle_waves import ASSESSMENTS, MOVES, STEPS, WAVES
from cloudctl.domain.lifecycle_zombies import ZOMBIE_EXEMPTIONS
from cloudctl.domain.machines import Machine, Transition, table

ORDERS = Machine(
    noun="order",
    states={
        "draft": "The applicant is still writing.",
        "submitted": "Waits for the department head's sign-off; quota and prefixes are held.",
        "signed_off": "The department head has signed; waits for the office to accept it.",
        "in_review": "The office has accepted it; specialists give their opinions, then it is decided.",
        "returned": "Sent back to the applicant with what is missing; quota is held until the correction deadline.",
        "approved": "Approved; the build is queued and has not touched a cloud.",
        "rejected": "The office said no; nothing is held.",
        "refused": "The office did not accept it; nothing is held.",
        "provisioning": "The platform is building, changing or undoing in the cloud.",
        "delivered": "Everything asked for is active and handed over.",
        "attention": "Parked for an operator; quota stays held.",
        "failed": "Could not be built and was undone; nothing is held.",
        "cancelled": "Withdrawn, or not corrected in time; nothing is held.",
        "closed": "The applicant or the office has closed the file.",
    },
    table=table(
        ("draft", "submit", "submitted", "the applicant hands it in"),
        ("draft", "cancel", "cancelled", "the applicant drops the draft"),
        ("draft", "approve_emergency", "approved", "an emergency, approved by telephone: built first, signed after"),
        ("submitted", "sign_off", "signed_off", "the department head signs"),
        ("submitted", "return", "returned", "the department head sends it back"),
        ("submitted", "cancel", "cancelled", "the applicant withdraws it"),
        ("signed_off", "accept", "in_review", "the office accepts it"),
        ("signed_off", "return", "returned", "the office sends it back for correction before accepting it"),
        ("signed_off", "refuse", "refused", "the office does not accept it"),
        ("signed_off", "auto_approve", "approved", "policy approves a small request"),
        ("signed_off", "cancel", "cancelled", "the applicant withdraws it"),
        ("in_review", "approve", "approved", "the office approves"),
        ("in_review", "return", "returned", "the office sends it back for correction"),
        ("in_review", "reject", "rejected", "the office rejects"),
        ("in_review", "cancel", "cancelled", "the applicant withdraws it"),
        ("returned", "submit", "submitted", "the applicant hands in the correction"),
        ("returned", "cancel", "cancelled", "the applicant withdraws it"),
        ("returned", "expire", "cancelled", "the correction deadline passed"),
        ("approved", "provision", "provisioning", "the build starts"),
        ("approved", "recall", "in_review", "the office takes its approval back before the build starts"),
        ("approved", "cancel", "cancelled", "the applicant withdraws it before the build starts"),
        ("provisioning", "deliver", "delivered", "everything is active"),
        ("provisioning", "park", "attention", "a step needs an operator"),
        ("provisioning", "fail", "failed", "a step failed for good and all was undone"),
        ("provisioning", "cancel", "cancelled", "withdrawn during the build; all was undone"),
        ("attention", "retry", "provisioning", "the operator lets the build go on"),
        ("attention", "roll_back", "provisioning", "the operator has it undone"),
        ("delivered", "close", "closed", "the file is closed"),
        ("failed", "close", "closed", "the file is closed"),
    ),
)

RESOURCES = Machine(
    noun="resource",
    states={
        "planned": "On record, nothing in a cloud yet.",
        "building": "A create may have been sent: find it before creating again.",
        "active": "In use.",
        "changing": "An order is resizing or extending it.",
        "releasing": "Being powered off and cut loose.",
        "retained": "Off, and restorable until its retention ends.",
        "purging": "Retention is over; being deleted from the cloud.",
        "released": "Gone from the cloud.",
        "undone": "Never delivered and removed again; or adopted, and given back as it was.",
    },
    table=table(
        ("planned", "build", "building", "the first create is about to be sent"),
        ("planned", "undo", "undone", "dropped before anything was built"),
        ("building", "activate", "active", "the cloud reports it ready"),
        ("building", "undo", "undone", "removed after a failed build"),
        ("active", "undo", "undone", "a sibling in its order failed, or its adoption was undone"),
        ("active", "change", "changing", "an approved change starts"),
        ("changing", "activate", "active", "the change is done, or was taken back"),
        ("active", "release", "releasing", "an approved release starts"),
        ("releasing", "retain", "retained", "off and cut loose; retention runs"),
        ("releasing", "activate", "active", "the release was taken back"),
        ("retained", "restore", "active", "restored within its retention"),
        ("retained", "purge", "purging", "retention has ended"),
        ("purging", "vanish", "released", "the cloud confirms that it is gone"),
        ("active", "lose", "released", "it is gone from the cloud past the platform, and that is accepted"),
        ("retained", "lose", "released", "it is gone from the cloud past the platform, and that is accepted"),
        ("planned", "recover", "releasing", "an object on no record was put on record, to be put by"),
        ("released", "recover", "releasing", "it was found in the cloud after all, and is to be put by"),
        ("undone", "recover", "releasing", "what it had left in the cloud was found, and is to be put by"),
        ("releasing", "undo", "undone", "what was found could not be put by, and is a finding again"),
    ),
)

EMERGENCIES = Machine(
    noun="emergency",
    states={
        "open": "Being built, or built; the signed form is owed.",
        "overdue": "The signed form was not handed in in time.",
        "paper_in": "The department head has signed the form after the fact; waits for the office.",
        "closed": "The office has checked the form and closed the record.",
    },
    table=table(
        ("open", "hand_in", "paper_in", "the department head signs and hands the form in"),
        ("open", "lapse", "overdue", "the working days for the form are over"),
        ("overdue", "hand_in", "paper_in", "the department head hands the form in late"),
        ("paper_in", "send_back", "open", "the form is not in order, and is owed again"),
        ("paper_in", "close", "closed", "somebody else of the office has checked the form"),
    ),
)

TRANSFERS = Machine(
    noun="transfer",
    states={
        "asked": "Waits for the signatures of both department heads.",
        "given_by_head": "The giving department's head has signed.",
        "taken_by_head": "The receiving department's head has signed.",
        "done": "Both have signed; resources and quota have moved.",
        "refused": "One of the heads said no; nothing has moved.",
        "cancelled": "Withdrawn by who asked; nothing has moved.",
    },
    table=table(
        ("asked", "give", "given_by_head", "the giving head signs first"),
        ("asked", "take", "taken_by_head", "the receiving head signs first"),
        ("given_by_head", "take", "done", "the receiving head signs, and it is carried out"),
        ("taken_by_head", "give", "done", "the giving head signs, and it is carried out"),
        ("asked", "refuse", "refused", "a head says no"),
        ("given_by_head", "refuse", "refused", "a head says no"),
        ("taken_by_head", "refuse", "refused", "a head says no"),
        ("asked", "cancel", "cancelled", "who asked withdraws it"),
        ("given_by_head", "cancel", "cancelled", "who asked withdraws it"),
        ("taken_by_head", "cancel", "cancelled", "who asked withdraws it"),
    ),
)

PREFIXES = Machine(
    noun="prefix",
    states={
        "reserved": "Held for an order.",
        "assigned": "In use by a network.",
        "cooling": "Given back; not handed out again before its cool-down ends.",
        "free": "May be handed out again.",
    },
    table=table(
        ("reserved", "assign", "assigned", "its network is built"),
        ("reserved", "give_back", "free", "its order ended before anything was built"),
        ("assigned", "retire", "cooling", "its network is gone"),
        ("cooling", "cool", "free", "the cool-down ended"),
    ),
)

NOTICES = Machine(
    noun="notice",
    states={
        "pending": "Waits to be sent.",
        "sent": "Accepted by its channel.",
        "folded": "Went out with another notice.",
        "failed": "Given up after retries.",
    },
    table=table(
        ("pending", "send", "sent", "its channel took it"),
        ("pending", "fold", "folded", "a digest, or a mail, takes it along"),
        ("pending", "give_up", "failed", "it failed for too long, or can never be sent"),
        ("failed", "retry", "pending", "an operator has it sent again"),
    ),
)

RATINGS = Machine(
    noun="rating",
    states={
        "given": "The applicant has rated a delivered order.",
        "answer_owed": "It is a bad one: the office owes an answer by its deadline.",
        "answered": "The office has answered.",
    },
    table=table(
        ("given", "owe", "answer_owed", "the mark is a bad one"),
        ("given", "answer", "answered", "the office answers unasked"),
        ("answer_owed", "answer", "answered", "the office answers"),
    ),
)

OPINIONS = Machine(
    noun="opinion",
    states={
        "asked": "Waits for the specialist.",
        "given": "On record; approval may rest on it.",
        "withdrawn": "Taken back by the specialist; approval waits for another.",
        "void": "Counts no longer: the order was returned or has ended without it.",
    },
    table=table(
        ("asked", "give", "given", "the specialist answers"),
        ("given", "withdraw", "withdrawn", "the specialist takes it back before the decision"),
        ("withdrawn", "give", "given", "the specialist answers again"),
        ("asked", "void", "void", "the order was returned or ended before the answer"),
        ("given", "void", "void", "the corrected order was handed in; it is asked for anew"),
        ("withdrawn", "void", "void", "the order was returned or ended"),
    ),
)

SYNCS = Machine(
    noun="sync",
    states={
        "asked": "Waits for a worker.",
        "running": "A worker reads the cloud.",
        "clean": "Everything was read that was to be read.",
        "partial": "The cloud failed in the middle or listed far too little; what was read counts, nothing is gone.",
        "failed": "The cloud did not answer, or the worker ended; nothing changed.",
    },
    table=table(
        ("asked", "start", "running", "a worker took it"),
        ("running", "finish", "clean", "the cloud answered to the end"),
        ("running", "break_off", "partial", "the cloud failed after part of its answer, or its list was far too short"),
        ("running", "fail", "failed", "the cloud did not answer, or its worker ended"),
    ),
)

ADOPTIONS = Machine(
    noun="adoption",
    states={
        "running": "What was taken is being put on record, then marked in the clouds.",
        "attention": "On record; some objects could not be marked, and an operator has to look.",
        "done": "On record, and marked in the clouds.",
        "undoing": "Records are being withdrawn, then the marks taken off.",
        "undone": "Nothing of it is on record any more; the objects run on.",
    },
    table=table(
        ("running", "finish", "done", "everything that is still there is marked"),
        ("running", "park", "attention", "a cloud refused, or did not answer"),
        ("attention", "retry", "running", "an operator has it tried again"),
        ("attention", "undo", "undoing", "the office takes it back"),
        ("done", "undo", "undoing", "the office takes it back"),
        ("undoing", "retry", "undoing", "an operator has it tried again"),
        ("undoing", "keep", "done", "what was changed since stays adopted"),
        ("undoing", "withdraw", "undone", "all of it is withdrawn"),
    ),
)

TAKINGS = Machine(
    noun="taking",
    states={
        "planned": "Will be put on record.",
        "recorded": "On record and booked; the object carries no mark of ours yet.",
        "marked": "On record, and the object carries its key.",
        "refused": "Not taken: it changed between the plan and the record.",
        "lost": "On record, but the cloud no longer had it when it was to be marked.",
        "withdrawn": "Off the record and the ledger; the mark is still to be taken off.",
        "given_back": "Off the record, and the object carries no mark of ours.",
    },
    table=table(
        ("planned", "record", "recorded", "resource, ledger and audit event are written"),
        ("planned", "refuse", "refused", "the object is gone, or somebody else's by now"),
        ("recorded", "mark", "marked", "the cloud has the key"),
        ("recorded", "lose", "lost", "the cloud has no such object any more"),
        ("recorded", "withdraw", "withdrawn", "the adoption is undone"),
        ("marked", "withdraw", "withdrawn", "the adoption is undone"),
        ("lost", "withdraw", "withdrawn", "the adoption is undone"),
        ("withdrawn", "give_back", "given_back", "the cloud has no key of it any more"),
    ),
)

FINDINGS = Machine(
    noun="finding",
    states={
        "open": "It is so; waits for a decision.",
        "resolving": "Decided; the cloud is being asked.",
        "resolved": "Decided and carried out; by whom and why is on record.",
        "vanished": "Is no longer so, without anybody's decision.",
    },
    table=table(
        ("open", "begin", "resolving", "somebody decided on an act in the cloud"),
        ("open", "resolve", "resolved", "somebody decided, and the record has it"),
        ("open", "vanish", "vanished", "a clean full sync no longer shows it"),
        ("resolving", "resolve", "resolved", "the cloud confirmed the act"),
        ("resolving", "give_up", "open", "the cloud did not carry the act out"),
        ("resolved", "reappear", "open", "a later sync shows it again, or otherwise than it was decided on"),
        ("vanished", "reappear", "open", "a later sync shows it again"),
    ),
)

CASES = Machine(
    noun="case",
    states={
        "open": "Listed; the department owes proof by the deadline.",
        "proof_in": "The department has handed its proof in; waits for somebody of the office.",
        "returned": "The proof did not do; the department owes a better one.",
        "closed": "Closed on record, with its proof.",
    },
    table=table(
        ("open", "hand_in", "proof_in", "the department hands its proof in"),
        ("returned", "hand_in", "proof_in", "the department hands a better proof in"),
        ("proof_in", "close", "closed", "somebody else accepts the proof"),
        ("proof_in", "send_back", "returned", "the proof does not do"),
    ),
)

# What is claimed of rooms and devices is a state as well: an import or a form may claim only what can follow.
ROOMS = Machine(
    noun="room",
    states={
        "planned": "Not built yet; only as an exemption from the rule against own machine rooms.",
        "in_use": "Said to be in use.",
        "closing": "Said to be closing, with the day by which.",
        "closed": "Said to be closed; whether it is, evidence tells.",
        "reopened": "In use again after it was said to be closed.",
    },
    table=table(
        ("planned", "open", "in_use", "it is built"),
        ("planned", "close", "closed", "it is given up before it was built"),
        ("in_use", "empty", "closing", "its systems are moving out"),
        ("in_use", "close", "closed", "it is said to be closed"),
        ("closing", "close", "closed", "it is said to be closed"),
        ("closing", "stay", "in_use", "it stays in use after all"),
        ("closed", "reopen", "reopened", "it is in use again"),
        ("reopened", "empty", "closing", "its systems are moving out again"),
        ("reopened", "close", "closed", "it is said to be closed again"),
    ),
)

DEVICES = Machine(
    noun="device",
    states={
        "running": "Said to be running.",
        "off": "Said to be switched off, still in its place.",
        "gone": "Said to be taken out.",
    },
    table=table(
        ("running", "switch_off", "off", "it is switched off"),
        ("running", "take_out", "gone", "it is taken out"),
        ("off", "switch_on", "running", "it is switched on again"),
        ("off", "take_out", "gone", "it is taken out"),
        ("gone", "put_back", "running", "it stands somewhere again"),
    ),
)

FITTINGS = Machine(
    noun="fitting",
    states={
        "reserved": "Its place is held for an order that waits to be decided.",
        "assigned": "Granted; operations install or connect it.",
        "in_use": "Installed or connected.",
        "leaving": "Given back; operations take it out.",
        "ended": "Taken out; its place is free.",
        "undone": "Never installed; its order ended before.",
    },
    table=table(
        ("reserved", "assign", "assigned", "its order is delivered"),
        ("reserved", "undo", "undone", "its order ended or is being corrected"),
        ("undone", "reserve", "reserved", "its order is handed in again"),
        ("assigned", "complete", "in_use", "operations have installed or connected it"),
        ("assigned", "release", "ended", "given back before it was installed"),
        ("in_use", "release", "leaving", "the department gives it back"),
        ("leaving", "keep", "in_use", "it stays after all"),
        ("leaving", "take_out", "ended", "operations have taken it out"),
    ),
)

SYSTEMS = Machine(
    noun="system",
    states={
        "planned": "Applied for or approved, not in use yet.",
        "in_use": "In use where its department runs it.",
        "migrating": "On its way to the shared platform.",
        "on_platform": "Its department says that it runs on the shared platform.",
        "merged": "Its work is done by the system that it was merged into.",
        "retired": "Its department says that it is switched off for good.",
    },
    table=table(
        ("planned", "put_in_use", "in_use", "it is in use"),
        ("planned", "build_on_platform", "on_platform", "it was built on the platform"),
        ("planned", "drop", "retired", "it will not be built"),
        ("planned", "merge", "merged", "another system does its work"),
        ("in_use", "migrate", "migrating", "its migration has begun"),
        ("in_use", "arrive", "on_platform", "it runs on the platform"),
        ("in_use", "merge", "merged", "another system does its work"),
        ("in_use", "retire", "retired", "it was switched off for good"),
        ("migrating", "arrive", "on_platform", "it runs on the platform"),
        ("migrating", "turn_back", "in_use", "its migration was called off"),
        ("migrating", "merge", "merged", "another system does its work"),
        ("migrating", "retire", "retired", "it was switched off for good"),
        ("on_platform", "leave", "in_use", "it runs elsewhere again"),
        ("on_platform", "merge", "merged", "another system does its work"),
        ("on_platform", "retire", "retired", "it was switched off for good"),
        ("retired", "revive", "in_use", "it is in use after all"),
    ),
)

MACHINES: tuple[Machine, ...] = (
    ORDERS, RESOURCES, PREFIXES, NOTICES, RATINGS, OPINIONS, EMERGENCIES, TRANSFERS, SYNCS, ADOPTIONS, TAKINGS,
    FINDINGS, CASES, ROOMS, DEVICES, FITTINGS, SYSTEMS, ASSESSMENTS, WAVES, MOVES,
    STEPS, CAMPAIGNS, CLEARINGS, STOPS, ZOMBIE_EXEMPTIONS, SHADOWS, WASTE, BACKUPS,
    ACCESS_GRANTS, RUNS,
    APPS, ACTS, APP_BACKUPS, CHECKS, INCIDENTS,
)  # fmt: skip


def walk(machine: Machine) -> Iterator[Transition]:
    """The lines of a machine, for whoever draws or tests it."""
    yield from machine.table
