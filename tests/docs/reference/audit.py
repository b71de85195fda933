"""The actions on the audit trail, found in the code of the use cases."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from cloudctl.domain.audit import TAXONOMY
from cloudctl.services.history import SAID
from tests.docs.markdown import ROOT
from tests.docs.reference.tables import code, page, table

INTRODUCTION = """\
An event is written in the transaction of the change that it tells of. Its action begins with a word of the CADF
taxonomy. The shape of an event is in [the auditor's guide](../how-to/auditor.md)."""

# What f-strings in the code come to.
SPELLED: dict[str, tuple[str, ...]] = {
    "update/{item_kind(change.item)}": ("update/resize", "update/extend", "update/renew", "update/release"),
    "allow/{side}": ("allow/give", "allow/take"),
    "start/drift-{finding.act}": ("start/drift-restore", "start/drift-release"),
    "update/drift-{finding.act}": (
        "update/drift-adopt",
        "update/drift-accept",
        "update/drift-restore",
        "update/drift-release",
    ),
    "update/{finding.act}": ("update/restore", "update/release"),
    "update/power-{power}": ("update/power-on", "update/power-off"),
}

MEANINGS: dict[str, tuple[str, str]] = {
    "create/account": ("account", "An account was made."),
    "update/account": ("account", "Name, roles, language or activity changed."),
    "update/notifications": ("account", "Channels, quiet hours or digest changed; addresses are not on record."),
    "start/notice-retry": ("notice", "A notice that was given up is sent again."),
    "start/channel-test": ("channel", "A test message was sent."),
    "create/token": ("token", "A token was issued; its secret is not on record."),
    "update/token-revoke": ("token", "A token was ended."),
    "create/department": ("department", "A department was put on record."),
    "update/department": ("department", "Its name, level or upper unit changed."),
    "stop/department": ("department", "It was merged into the named successor, or retired without one."),
    "create/system": ("system", "An information system was registered."),
    "update/system": ("system", "Fields of the register changed; before and after are those that did."),
    "create/room": ("room", "A machine room was put on record."),
    "update/room": ("room", "Fields of a machine room changed."),
    "create/rack": ("rack", "A rack was put on record."),
    "update/rack": ("rack", "Fields of a rack changed."),
    "create/device": ("device", "A physical server or another device was put on record."),
    "update/device": ("device", "Fields of a device changed."),
    "create/colocation": ("colocation", "A contract of colocation was put on record."),
    "create/access": ("access", "A network access was put on record."),
    "update/access": ("access", "Fields of a network access changed."),
    "stop/release": ("colocation or access", "It was given back; operations have to take it out."),
    "update/complete": ("colocation or access", "Operations installed or connected it."),
    "update/keep": ("colocation or access", "A release was taken back."),
    "create/register": ("the register's noun", "Rows of a sheet or of NetBox were put on record."),
    "update/register": ("the register's noun", "Rows of a sheet or of NetBox changed the register."),
    "create/evidence": ("evidence", "A person put an observation on record."),
    "evaluate/evidence": ("evidence", "The platform looked by itself."),
    "create/case": ("case", "A case under listed supervision was opened."),
    "update/case-proof": ("case", "The department handed its proof in."),
    "deny/case-proof": ("case", "The proof did not do."),
    "update/case-close": ("case", "It was closed with its proof."),
    "evaluate/case-card": ("case", "It got a warning, a yellow or a red card."),
    "evaluate/assessment": ("assessment", "Policies proposed what becomes of a system."),
    "update/assessment": ("assessment", "A person decided what becomes of a system."),
    "update/assessment-lapse": ("assessment", "A postponement has ended."),
    "update/system-merge": ("system", "It was merged into the named successor; all references follow."),
    "update/wave-plan": ("wave", "The waves that have not begun were planned anew."),
    "start/wave": ("wave", "A wave began."),
    "update/wave-finish": ("wave", "All its moves have ended."),
    "start/move": ("move", "A system's move began."),
    "stop/move": ("move", "It was decided that the system does not move."),
    "stop/take-out": ("colocation or access", "Operations took it out."),
    "update/move-arrive": ("move", "The last step is done."),
    "update/step-complete": ("step", "A step of a move was done."),
    "stop/step-hold": ("step", "A step is held up, with the reason."),
    "start/step-resume": ("step", "A step goes on."),
    "evaluate/slip": ("step", "A step is late."),
    "update/readiness": ("department", "From when on a department can move."),
    "create/dependency": ("dependency", "A system was said to need another one."),
    "delete/dependency": ("dependency", "A system was said to need another one no longer."),
    "create/catalogue": ("the entry's kind", "An entry was put into the catalogue."),
    "update/catalogue": ("the entry's kind", "An entry changed or was retired."),
    "create/cloud": ("cloud", "A cloud was registered."),
    "update/cloud": ("cloud", "Capacity, zones, rating or service changed."),
    "start/sync": ("sync", "Somebody had a cloud read."),
    "update/sync": ("sync", "It was made a full one before it began."),
    "update/vlan": ("network", "A network that is being built got another VLAN: in the cloud others had the first."),
    "create/supernet": ("supernet", "A block of addresses was given to a zone."),
    "update/quota": ("quota", "The city's or a district's office set a limit."),
    "create/rating": ("rating", "The applicant rated a delivered order."),
    "update/rating-answer": ("rating", "The office answered a rating."),
    "allow/deputy": ("deputy", "A deputy was appointed."),
    "deny/deputy": ("deputy", "An appointment of a deputy was revoked."),
    "allow/exemption": ("exemption", "A rule was lifted for a department or system."),
    "allow/emergency": (
        "emergency",
        "An emergency was entered: who gave the word by telephone, and when; it is built.",
    ),
    "evaluate/lapse": ("emergency", "The signed form of an emergency was not handed in in time."),
    "update/reserve": ("cloud", "What is kept free for the emergencies of a zone changed."),
    "update/protection": ("resource", "A resource was protected from release, or the head took the protection off."),
    "create/transfer": ("transfer", "A transfer to another department was asked for."),
    "allow/give": ("transfer", "The head of the giving department signed."),
    "allow/take": ("transfer", "The head of the receiving department signed."),
    "deny/transfer": ("transfer", "One of the heads refused a transfer."),
    "update/transfer": ("resource", "A resource went to another department and system; before and after are both."),
    "deny/exemption": ("exemption", "An exemption was revoked."),
    "create/calendar-day": ("calendar day", "The office made a day a working or a free one."),
    "update/calendar-day": ("calendar day", "The office changed what it had set for a day."),
    "delete/calendar-day": ("calendar day", "A local day was taken back; the official calendar holds again."),
    "create/freeze": ("freeze", "A freeze window was set."),
    "update/freeze-cancel": ("freeze", "A freeze window was ended early, or taken back."),
    "allow/freeze-exception": (
        "order, or freeze",
        "An emergency went on in a freeze window: an order's build, or an act that an operator begins by hand.",
    ),
    "evaluate/card": ("order", "A warning, a yellow or a red card was given for a step's time limit."),
    "allow/card-excuse": ("card", "A card was explained away."),
    "update/take-over": ("order", "The city's office took it over from a district's."),
    "create/order": ("order", "A draft was written."),
    "create/attachment": (
        "attachment",
        "A file was handed in with an order; its digest, number and stamp are on record.",
    ),
    "delete/attachment": ("attachment", "A file was taken off an order that was still being written."),
    "create/import": ("import", "A filled form was taken; its orders are named."),
    "create/register-import": (
        "register-import",
        "A sheet of the register, or what NetBox has, was taken; how many rows were new or changed something.",
    ),
    "update/order": ("order", "Fields of a draft or returned order were rewritten."),
    "deny/defects": ("order", "The office named what has to be corrected, all at once."),
    "start/opinion": ("order", "A specialist was asked."),
    "evaluate/opinion": ("order", "A specialist gave an opinion."),
    "update/opinion-withdraw": ("order", "A specialist took an opinion back."),
    "stop/opinion": ("order", "An opinion counts no longer: the order was returned or has ended."),
    "allow/overrule": ("order", "It was approved over an objection, with the reason."),
    "create/letter": ("letter", "An official letter was issued; its digest is on record."),
    "stop/cancel-request": ("order", "The applicant withdrew it during the build."),
    "start/resume": ("workflow", "An operator put a workflow back into its queue."),
    "read/console": ("server", "Somebody asked for a console."),
    "create/snapshot": ("server", "An image of it was made."),
    "update/power-on": ("server", "It was switched on."),
    "update/power-off": ("server", "It was switched off."),
    "update/resize": ("server", "It got another specification."),
    "update/extend": ("volume", "It was made larger."),
    "update/renew": ("the resource's kind", "Its term was renewed."),
    "update/release": ("the resource's kind", "It was given back; its retention runs."),
    "start/restore": ("the resource's kind", "Its restoring was queued."),
    "update/restore": ("the resource's kind", "It is active again."),
    "delete/purge": ("the resource's kind", "Its retention is over; its deletion was queued."),
    "delete/vanish": ("the resource's kind", "The cloud confirmed that it is gone; quota and prefixes were freed."),
    "update/drift": ("cloud", "A comparison found or no longer found disagreements; how many, and after which sync."),
    "start/drift-restore": ("finding", "Somebody decided that the cloud follows the record; it is being asked."),
    "start/drift-release": ("finding", "Somebody decided that an object goes; it is being put by."),
    "stop/drift": ("finding", "The cloud did not carry the act out; the finding is open again."),
    "update/drift-adopt": ("finding", "Resolved: an adoption has taken the object."),
    "update/drift-accept": ("finding", "Resolved: accepted as it is; what changed on record is an event of its own."),
    "update/drift-restore": ("finding", "Resolved: the cloud has put the object back."),
    "update/drift-release": ("finding", "Resolved: the object is off and cut off; its retention runs."),
    "update/accept": ("the resource's kind", "The record took over what the cloud has; before and after are both."),
    "start/release": ("the resource's kind", "Its release from a finding was queued."),
    "create/adoption-rule": ("adoption rule", "A rule of adoption was set."),
    "delete/adoption-rule": ("adoption rule", "A rule of adoption was taken back."),
    "create/adoption": ("adoption", "Objects that already ran were adopted; how many, and by which rules or sheet."),
    "update/adoption": ("adoption", "It is done, or waits for an operator; how many objects have our key."),
    "start/undo-adoption": ("adoption", "Its undoing was queued."),
    "delete/adopt": ("the resource's kind", "Its adoption was undone: record, quota and key are gone."),
    "update/pin": ("department", "The office pinned it to clouds, or to none."),
    "allow/waste": ("waste proposal", "Its owner accepted it; the order that came of it is named."),
    "deny/waste": ("waste proposal", "Its owner declined it, with a reason and the day until which it stays away."),
    "update/waste": ("waste proposal", "A scan found, changed or closed proposals; how many."),
    "update/waste-done": ("waste proposal", "What was agreed is done; what came back is on record."),
    "create/sweep": ("sweep", "A list of names, certificates or listening services was taken; its digest and counts."),
    "update/shadows": ("shadow", "A scan found shadow systems, or no longer found some; how many."),
    "update/shadow-register": ("shadow", "It was registered: linked to a system, or a system was founded."),
    "update/shadow-merge": ("shadow", "It was merged into another system, which takes over its references."),
    "start/shadow-clear": ("shadow", "Its clearing began."),
    "stop/shadow-clear": ("shadow", "The case that it was cleared by is closed: it is gone."),
    "deny/shadow": ("shadow", "It was dismissed, with the reason."),
    "update/system-of": ("server", "The system that it belongs to was put on record."),
    "create/telemetry": ("telemetry", "Figures of a file were stored; its digest, days and counts."),
    "start/telemetry": ("telemetry", "Days of a source were asked to be read, or read anew."),
    "evaluate/zombies": ("zombie scan", "Verdicts were worked out; policy, version, day and counts."),
    "evaluate/verdict": ("system", "A verdict that differs from the last one was kept, with its evidence."),
    "update/purpose": ("system", "What it is for was declared, or the declaration was taken back."),
    "create/zombie-exemption": (
        "zombie exemption",
        "Somebody asked to leave a system alone until a day, with the reason.",
    ),
    "allow/zombie-exemption": ("zombie exemption", "Another person granted it."),
    "deny/zombie-exemption": ("zombie exemption", "Another person refused it, with the reason."),
    "stop/zombie-exemption": ("zombie exemption", "It was revoked before its end."),
    "start/campaign": ("campaign", "It was started, with the policy as it stood."),
    "start/campaign-run": ("campaign", "A run nominated systems; who was hit, and who was left for which cap."),
    "start/campaign-resume": ("campaign", "It goes on after it was stopped."),
    "stop/campaign": ("campaign", "It was stopped: nobody new is nominated and no case goes a step further."),
    "update/campaign-finish": ("campaign", "Its last case has ended."),
    "evaluate/campaign-policy": (
        "campaign",
        "The policy was edited since; the campaign keeps the one it began with.",
    ),
    "stop/campaigns": ("campaigns", "The kill switch was thrown: every running campaign stops at its next step."),
    "update/stop-ask": ("campaigns", "Somebody asked that the kill switch is lifted."),
    "start/campaigns": ("campaigns", "A second person lifted the kill switch."),
    "deny/stop-lift": ("campaigns", "Lifting the kill switch was refused."),
    "create/clearing": ("clearing", "A system was nominated; its verdict, policy and servers are named."),
    "evaluate/clearing": ("clearing", "A day was looked at: its clock, its use, and what follows."),
    "update/clearing-answer": (
        "clearing",
        "The owner answered: kept, released, transferred or snoozed, and how.",
    ),
    "update/clearing-owner": ("clearing", "Who is asked for it changed."),
    "update/clearing-quarantine": ("clearing", "Its servers are off and cut off."),
    "create/clearing-backup": ("clearing", "Its backup is whole; the manifest's digest and size."),
    "evaluate/clearing-restore-test": ("clearing", "A server was built of its backup, for a test."),
    "create/clearing-proposal": ("clearing", "Somebody proposed its deletion."),
    "deny/clearing-proposal": ("clearing", "A second person refused the deletion."),
    "update/clearing-confirm": ("clearing", "A second person confirmed the deletion."),
    "start/clearing-deletion": ("clearing", "Every byte of its backup was checked again; its deletion began."),
    "delete/clearing": ("clearing", "Its servers, disks and addresses are gone; what came back is on record."),
    "create/close-line": (
        "clearing",
        "A line of its close-out: a number, a file, or why it does not apply.",
    ),
    "update/clearing-close": ("clearing", "It was closed; the certificate's number and digest."),
    "start/clearing-restore": ("clearing", "Bringing its servers back was begun."),
    "update/clearing-restored": ("clearing", "Its servers run again as before."),
    "update/clearing-resume": ("clearing", "It goes on after it was held or needed attention."),
    "stop/clearing": ("clearing", "It was ended, held or needs attention, with the reason."),
    "stop/clearing-saga": ("clearing", "Its machine work ended otherwise, with the reason."),
    "stop/clearing-void": ("clearing", "Its backup or proposal no longer counts: something changed since."),
    "create/backup": ("backup", "The backup of a clearing was begun."),
    "create/backup-object": ("backup", "A disk is in the file store; its size and SHA-256."),
    "evaluate/backup": ("backup", "A server was built of it as a test, or its bytes were checked."),
    "update/backup-reopen": ("backup", "A disk was written to since; it is taken anew."),
    "delete/backup": ("backup", "Its retention is over, or its case ended before it was whole; its files are gone."),
    "create/city": ("city", "A whole city was loaded at once."),
    "create/adopt": ("city", "Servers that already ran were put on record."),
}


def actions() -> frozenset[str]:
    """Every action that the use cases may put on record."""
    return frozenset(
        action
        for path in sorted((ROOT / "cloudctl").glob("services/*.py"))
        for action in _in(path.read_text(encoding="utf-8"))
    )


def render() -> str:
    """Orders first, then everything else; raises KeyError for an action that has no meaning here yet."""
    rows = [(code(action), "order", line) for action, line in SAID.values()]
    told = {action for action, _ in SAID.values()}
    rows += [(code(action), *MEANINGS[action]) for action in sorted(actions() - told)]
    return page("Audit actions", INTRODUCTION, table(("action", "target", "meaning"), rows))


def _in(source: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.JoinedStr):
            yield from SPELLED.get(ast.unparse(node)[2:-1], ())
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and _is_action(node.value):
            yield node.value


def _is_action(text: str) -> bool:
    word, slash, rest = text.partition("/")
    return bool(slash) and word in TAXONOMY and rest.replace("-", "").isalpha() and not rest.endswith("-")
