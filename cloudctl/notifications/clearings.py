"""What notices about clearings and campaigns say: subject and body by template."""

from __future__ import annotations

from cloudctl.messages import mark

CLEARINGS: dict[str, tuple[str, str]] = {
    "clearing_asked": (
        mark("Is {system} {title} still needed? Please answer until {day}"),
        mark(
            "By the records and measurements the system {system} {title} is no longer in use (case {number}). Please "
            "answer until {day}: keep it, release it, say whose it is, or ask for time. Without an answer it is "
            "switched off then; nothing is deleted without a verified backup.\n\nAnswer here, without logging in: "
            "{answer_link}\nOr: `cloudctl zombies case answer {number}`. Why: `cloudctl zombies explain {system}`."
        ),
    ),
    "clearing_reminded": (
        mark("Please answer until {day}: is {system} {title} still needed?"),
        mark(
            "Nobody has answered yet what is to become of the system {system} {title} (case {number}). The time ends "
            "on {day}; then it is switched off.\n\nAnswer here, without logging in: {answer_link}\n"
            "Or: `cloudctl zombies case answer {number}`."
        ),
    ),
    "clearing_lapsed": (
        mark("Nobody answered for {system} {title}"),
        mark(
            "The time to answer case {number} has passed. The system {system} {title} is switched off as soon as it "
            "was idle for as long as the policy asks. Until then `cloudctl zombies case answer "
            "{number}` still keeps it."
        ),
    ),
    "clearing_answered": (
        mark("Case {number}: {system} was answered for"),
        mark("The owner of the system {system} {title} has answered case {number}: `cloudctl zombies case show`."),
    ),
    "clearing_quarantined": (
        mark("{system} {title} was switched off"),
        mark(
            "The system {system} {title} was switched off and cut from the network (case {number}). Nothing of it is "
            "lost. If it is needed, one command brings it back: `cloudctl zombies case restore {number}`."
        ),
    ),
    "clearing_restored": (
        mark("{system} {title} is back"),
        mark("The system {system} {title} was brought back as it was; case {number} is over."),
    ),
    "clearing_dismissed": (
        mark("Case {number} is over: {system} is in use"),
        mark("Case {number} about the system {system} {title} was dismissed; there is nothing to do for you."),
    ),
    "clearing_attention": (
        mark("Case {number} needs a person: {system}"),
        mark(
            "Case {number} about the system {system} {title} has stopped. Look at it with `cloudctl zombies case show "
            "{number}`, then resume it or bring the system back."
        ),
    ),
    "clearing_proposed": (
        mark("Case {number}: the deletion of {system} waits for a second person"),
        mark(
            "The deletion of the system {system} {title} was proposed (case {number}). Please check it and confirm or "
            "turn it down: `cloudctl zombies case confirm {number}`."
        ),
    ),
    "clearing_deleted": (
        mark("{system} {title} was deleted"),
        mark(
            "The system {system} {title} was deleted from the cloud (case {number}); its backup is kept until {until}. "
            "The close-out lines are owed now: `cloudctl zombies case lines {number}`."
        ),
    ),
    "clearing_closed": (
        mark("Case {number} is closed: {system}"),
        mark("Case {number} about the system {system} {title} was closed on record. The certificate is with it."),
    ),
    "zombie_exemption_granted": (
        mark("{system} {title} is exempted from clearing until {day}"),
        mark(
            "The exemption that was asked for the system {system} {title} is granted: it is judged as before, and is "
            "not cleared until {day}. See `cloudctl zombies exemptions`."
        ),
    ),
    "zombie_exemption_refused": (
        mark("{system} {title} is not exempted from clearing"),
        mark(
            "The exemption that was asked for the system {system} {title} until {day} is refused. If it is needed, say "
            "so when its owner is asked, or ask again with what was lacking."
        ),
    ),
    "zombie_exemption_ended": (
        mark("The exemption of {system} {title} was taken back"),
        mark(
            "The system {system} {title} was exempted from clearing until {day}; that was taken back. From now on it "
            "is treated as any other."
        ),
    ),
    "stop_thrown": (
        mark("The kill switch of all campaigns is on"),
        mark("Somebody has thrown the kill switch: no campaign takes a step until two persons have lifted it."),
    ),
    "stop_lifted": (
        mark("The kill switch of all campaigns was lifted"),
        mark("The kill switch was lifted: the campaigns go on where they were."),
    ),
    "policy_edited": (
        mark("Campaign {number} goes on by the policy it was started with"),
        mark(
            "The policy {name} was edited. Campaign {number} and all of its cases go on by the policy that was frozen "
            "when it was started; only new campaigns go by the new one."
        ),
    ),
}
