"""Close-out lines (销号清单): what has to be shown before a cleared system is off the record.

Each is a number, a file, or a reasoned “not applicable”; nothing else counts.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from cloudctl.domain.errors import Invalid
from cloudctl.domain.identifiers import new_id
from cloudctl.messages import mark

LEAST_REASON = 4


class CloseLineKind(StrEnum):
    """What has to be shown."""

    DATA_ARCHIVED = "data_archived"
    CATALOGUE_WITHDRAWN = "catalogue_withdrawn"
    DNS_REMOVED = "dns_removed"
    ICP_CANCELLED = "icp_cancelled"
    MLPS_CANCELLED = "mlps_cancelled"
    ASSET_DISPOSED = "asset_disposed"
    CONTRACT_ENDED = "contract_ended"


TITLES: dict[CloseLineKind, str] = {
    CloseLineKind.DATA_ARCHIVED: mark("Data handed over to the archive"),
    CloseLineKind.CATALOGUE_WITHDRAWN: mark("Items withdrawn from the data catalogue"),
    CloseLineKind.DNS_REMOVED: mark("Domain names removed"),
    CloseLineKind.ICP_CANCELLED: mark("ICP filing cancelled"),
    CloseLineKind.MLPS_CANCELLED: mark("MLPS filing cancelled"),
    CloseLineKind.ASSET_DISPOSED: mark("Asset disposal"),
    CloseLineKind.CONTRACT_ENDED: mark("Contract ended"),
}


class Outcome(StrEnum):
    """How a line was filled."""

    NUMBER = "number"
    FILE = "file"
    NOT_APPLICABLE = "not_applicable"


@dataclass(kw_only=True, eq=False)
class CloseLine:
    """One line of a clearing; a later one of its kind takes its place while the case is not closed.

    `words` are the number, or why it does not apply; a file has name, media type, size and SHA-256.
    """

    id: UUID = field(default_factory=new_id)
    clearing_id: UUID
    department_id: UUID
    kind: CloseLineKind
    outcome: Outcome
    words: str = ""
    name: str | None = None
    media_type: str | None = None
    size_bytes: int | None = None
    digest: str | None = None
    filled_by: UUID
    created_at: datetime
    version: int = 1

    def __post_init__(self) -> None:
        self.check()

    def check(self) -> None:
        """Raises Invalid for a line that shows nothing."""
        said = self.words.strip()
        if self.outcome is Outcome.FILE and self.digest is None:
            raise Invalid("This line needs its file.", field="file", way_out="Hand the scan in with it.")
        if self.outcome is Outcome.NUMBER and not said:
            raise Invalid("This line needs its number.", field="words", way_out="Give the number of the document.")
        if self.outcome is Outcome.NOT_APPLICABLE and len(said) < LEAST_REASON:
            raise Invalid(
                "“Not applicable” needs a reason.", field="words", way_out="Say in a sentence why it does not apply."
            )
