"""The state machine of backups of what is cleared."""

from __future__ import annotations

from cloudctl.domain.machines import Machine, table

BACKUPS = Machine(
    noun="backup",
    states={
        "taking": "Its disks are being copied into the file store.",
        "kept": "Every disk is in the file store, and the manifest names them with their checksums.",
        "tested": "A server was built of it as a test, and came up.",
        "purged": "Its retention is over and its files are gone.",
    },
    table=table(
        ("taking", "seal", "kept", "its last disk is in the file store"),
        ("kept", "test", "tested", "a test restore came up"),
        ("kept", "reopen", "taking", "a disk was written to since"),
        ("tested", "reopen", "taking", "a disk was written to since"),
        ("taking", "purge", "purged", "its case ended before it was whole"),
        ("kept", "purge", "purged", "its retention is over"),
        ("tested", "purge", "purged", "its retention is over"),
    ),
)
