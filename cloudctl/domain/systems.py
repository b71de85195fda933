"""Information systems (政务信息系统): what resources are asked for, and what the register knows of each.

The fields are those of the survey form (部门已建政务信息系统调查表) and of the self-inventory of 国办发〔2017〕39号;
what each may hold is declared in `domain/surveys.py`. `status` is what the department claims; evidence is another
matter.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from cloudctl.domain.errors import Invalid
from cloudctl.domain.identifiers import new_id
from cloudctl.domain.lifecycle import SYSTEMS
from cloudctl.domain.register import Doubt, check_fields, check_order, unordered
from cloudctl.domain.surveys import REGISTER_FIELDS, SELF_INVENTORY
from cloudctl.messages import mark

ENDED = frozenset({"merged", "retired"})


@dataclass(kw_only=True, eq=False)
class System:
    """A department's system; `mlps_level` is its 等保 level, 1 to 5 (GB/T 22239); `classification` by GB/T 34079.1.

    `xinchuang` says that it has to run on domestic processors and systems (信创). `declared_by` and `declared_at` are
    who declared that it handles no state secrets, and when. Money is in fen; what nobody has said is None.
    """

    id: UUID = field(default_factory=new_id)
    department_id: UUID
    code: str
    name: str
    mlps_level: int
    classification: str | None = None
    xinchuang: bool = False
    declared_by: str | None = None
    declared_at: datetime | None = None

    system_class: str | None = None
    function: str | None = None
    layer: str | None = None
    status: str = "in_use"
    status_on: date | None = None
    merged_into_id: UUID | None = None
    declared_zombie: bool | None = None

    approved_by: str | None = None
    approved_on: date | None = None
    project_document: str | None = None
    fiscal_project_code: str | None = None
    built_by: str | None = None
    built_on: date | None = None
    build_way: str | None = None
    operated_by: str | None = None
    investment_fen: int | None = None
    funding_source: str | None = None
    yearly_cost_fen: int | None = None
    contract_number: str | None = None
    contract_ends_on: date | None = None
    maintained_by: str | None = None
    maintained_until: date | None = None

    user_count: int | None = None
    user_scope: str | None = None
    use_frequency: str | None = None

    network: str | None = None
    room_id: UUID | None = None
    interfaces: str | None = None
    virtualised: bool | None = None
    backup: str | None = None
    disaster_recovery: str | None = None
    upgrade_needs: str | None = None
    postponement_reason: str | None = None
    postponed_until: date | None = None
    check_url: str | None = None

    mlps_filing_number: str | None = None
    mlps_assessed_on: date | None = None
    mlps_due_on: date | None = None
    crypto_level: int | None = None
    crypto_assessed_on: date | None = None
    crypto_due_on: date | None = None
    icp_number: str | None = None
    icp_due_on: date | None = None
    ipv6_status: str | None = None
    ipv6_due_on: date | None = None

    data_items: int | None = None
    data_items_provided: int | None = None
    data_items_structured: int | None = None

    contact_name: str | None = None
    contact_phone: str | None = None

    created_at: datetime
    version: int = 1

    def __post_init__(self) -> None:
        self.check()

    @property
    def no_state_secrets(self) -> bool:
        """Whether it was declared that no state secrets are handled."""
        return self.declared_at is not None

    @property
    def ended(self) -> bool:
        """Whether its department claims that it is no more."""
        return self.status in ENDED

    @property
    def lacks(self) -> list[str]:
        """What the self-inventory asks for and nobody has filled in."""
        return [name for name in SELF_INVENTORY if getattr(self, name) is None]

    def claim(self, status: str) -> None:
        """Takes another status; raises Refused for a step that the life-cycle table does not list."""
        self.check_claim(status)
        self.status = status

    def check_claim(self, status: str) -> None:
        """Raises Refused where no single step leads to `status`; an unknown one is for `check` to name."""
        if status != self.status and status in SYSTEMS.states:
            SYSTEMS.towards(self.status, status)

    def check(self) -> None:
        """Raises Invalid, naming the field, for a value that cannot be, alone or beside another one."""
        check_fields(self, REGISTER_FIELDS)
        self._check_end()
        for earlier, later in _IN_ORDER:
            check_order(self, earlier, later)
        for part in ("data_items_provided", "data_items_structured"):
            self._check_share(part)
        if self.postponed_until is not None and self.postponement_reason is None:
            raise Invalid(
                "A postponement needs its reason.", field="postponement_reason", way_out="Say why it is postponed."
            )

    def doubts(self, today: date) -> list[Doubt]:
        """What could be, and is hardly right; `today` is the people's day."""
        found = [doubt for earlier, later in _USUALLY_IN_ORDER for doubt in unordered(self, earlier, later)]
        for name in _PAST:
            day = getattr(self, name)
            if day is not None and day > today:
                found.append(
                    Doubt(name, mark("{day} is still to come."), mark("Check the day."), {"day": day.isoformat()})
                )
        if self.declared_zombie and self.use_frequency in {"daily", "weekly"}:
            found.append(
                Doubt(
                    "declared_zombie",
                    mark("It is declared a zombie system, and used {use_frequency}."),
                    mark("Correct one of the two."),
                    {"use_frequency": self.use_frequency},
                )
            )
        if self.ended and self.yearly_cost_fen:
            found.append(
                Doubt(
                    "yearly_cost_fen",
                    mark("It has ended, and still costs something every year."),
                    mark("Set the yearly cost to 0, or say what is still paid for."),
                    {},
                )
            )
        return found

    def _check_end(self) -> None:
        if self.ended and self.status_on is None:
            raise Invalid(
                "What is {state} has a day on which it became so.", field="status_on", way_out="Give the day.",
                state=self.status,
            )  # fmt: skip
        if self.status == "merged" and self.merged_into_id is None:
            raise Invalid("What is merged has a successor.", field="merged_into_id", way_out="Name the system.")
        if self.status != "merged" and self.merged_into_id is not None:
            raise Invalid("Only what is merged has a successor.", field="merged_into_id", way_out="Leave it out.")
        if self.merged_into_id == self.id:
            raise Invalid("A system is not merged into itself.", field="merged_into_id", way_out="Name another one.")

    def _check_share(self, part: str) -> None:
        share = getattr(self, part)
        if share is not None and share > (0 if self.data_items is None else self.data_items):
            raise Invalid(
                "{share} of {data_items} data items cannot be.",
                field=part,
                way_out="Correct the count, or `data_items`.",
                share=share,
                data_items=self.data_items or 0,
            )


_IN_ORDER = (("mlps_assessed_on", "mlps_due_on"), ("crypto_assessed_on", "crypto_due_on"))
_USUALLY_IN_ORDER = (
    ("approved_on", "built_on"),
    ("built_on", "maintained_until"),
    ("built_on", "contract_ends_on"),
    ("built_on", "status_on"),
)
_PAST = ("approved_on", "status_on", "mlps_assessed_on", "crypto_assessed_on")
