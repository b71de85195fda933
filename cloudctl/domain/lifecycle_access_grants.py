"""The state machine of access grants: asked for, approved by somebody else, ended by themselves."""

from __future__ import annotations

from cloudctl.domain.machines import Machine, table

ACCESS_GRANTS = Machine(
    noun="access_grant",
    states={
        "asked": "Waits for somebody of the office to decide; opens nothing.",
        "approved": "In force: certificates of hours are signed under it.",
        "refused": "The office said no.",
        "revoked": "Taken back before its end; what was signed ends within hours.",
        "ended": "Ended by itself: its last day, the contract, the person or the system has ended.",
    },
    table=table(
        ("asked", "approve", "approved", "somebody else of the office approves"),
        ("asked", "refuse", "refused", "the office says no"),
        ("asked", "revoke", "revoked", "withdrawn before it was decided on"),
        ("asked", "end", "ended", "its last day passed before it was decided on"),
        ("approved", "revoke", "revoked", "taken back, with a reason"),
        ("approved", "end", "ended", "its last day, the contract, the person or the system has ended"),
    ),
)
