"""The register taken from NetBox."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import ConfigDict, Field

from api.schemas.fields import Code, In, Out
from cloudctl.messages import fill, translator
from cloudctl.services.netbox import Receipt


class NetboxIn(In):
    """Which NetBox, and with what token it is read; the token is used for this once and kept nowhere.

    `department` is the code of whose it becomes what names no tenant of ours.
    """

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"url": "https://netbox.example.gov.cn/", "token": "0123abcd", "department": "szb"}]
        }
    )

    url: Annotated[str, Field(min_length=8, max_length=500)]
    token: Annotated[str, Field(min_length=1, max_length=500, pattern=r"^[\x21-\x7e]+$")]
    department: Code
    dry_run: bool = False


class LeftOutOut(Out, frozen=True, kw_only=True):
    """What did not pass: which one, and why."""

    code: str
    reason: str
    way_out: str


class NetboxNounOut(Out, frozen=True, kw_only=True):
    """What came of rooms, racks or devices."""

    noun: str
    rows: int
    added: int
    altered: int
    unchanged: int
    left_out: list[LeftOutOut]


class NetboxOut(Out, frozen=True, kw_only=True):
    """What came of it. `overlapping` are prefixes in use there, within the blocks that ours are cut from."""

    rehearsal: bool
    nouns: list[NetboxNounOut]
    prefixes: int
    overlapping: list[str]

    @classmethod
    def told(cls, receipt: Receipt, locale: str) -> Self:
        """This shape of a receipt, its faults in the reader's language."""
        say = translator(locale)
        nouns = [
            NetboxNounOut(
                **NetboxNounOut.copied(part, "left_out"),
                left_out=[
                    LeftOutOut(
                        code=code,
                        reason=fill(say, fault.message, fault.params_in(locale)),
                        way_out=fill(say, fault.way_out or "", fault.params_in(locale)),
                    )
                    for code, fault in part.left_out
                ],
            )
            for part in receipt.nouns
        ]
        return cls(
            rehearsal=receipt.rehearsal,
            nouns=nouns,
            prefixes=receipt.prefixes,
            overlapping=list(receipt.overlapping),
        )
