"""A system whose case has come to its quarantine, and what must hold of its cloud, its records and its backup."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from cloudctl.domain.campaigns import Campaign, digest_of
from cloudctl.domain.clearings import Clearing, Signature
from cloudctl.domain.identifiers import new_id
from cloudctl.governance.zombies.acts import ActKind
from cloudctl.services import backups, clearings
from cloudctl.services.deliveries import platform_request
from tests.factories import Installed

CAUSE = {"en": "x", "zh_CN": "x"}


class Case:
    """A system with two servers, a volume each and an address; its case, and what cloud and records say."""

    def __init__(self, city: Installed) -> None:
        self.city = city
        self.made = city.resources(city.delivered(city.build_items(address=True)))
        self.ledger = city.ledger()
        policy = city.ctx.zombie_policies["default"]
        with city.ctx.unit_of_work(platform_request("case")) as uow:
            number = new_id().hex
            campaign = Campaign(
                number=number, title="x", policy_name=policy.name, policy=policy, digest=digest_of(policy),
                started_by=city.ids["office-admin"], started_at=uow.now,
            )  # fmt: skip
            uow.campaigns.add(campaign)
            clearing = Clearing(
                number=f"{number}-1", campaign_id=campaign.id, system_id=city.ids["oa"], department_id=city.ids["fgw"],
                verdict_id=new_id(), claim=city.ids["oa"], words=CAUSE, state="due", notified_at=uow.now,
                servers=[self.made["oa-1"].id, self.made["oa-2"].id], changed_at=uow.now, created_at=uow.now,
            )  # fmt: skip
            uow.clearings.add(clearing)
            clearings.start(uow, clearing, ActKind.QUARANTINE)
        self.id = clearing.id
        self.provider = city.ctx.clouds.provider(city.record)
        self.tenant = self.provider.tenants.find(city.ids["fgw"])

    @property
    def now(self) -> Clearing:
        return self.city.read(lambda uow: uow.clearings.get(self.id))

    def change(self, act: Callable[[Any, Clearing], object]) -> None:
        with self.city.ctx.unit_of_work(platform_request("person")) as uow:
            act(uow, uow.clearings.lock(self.id))

    def begin(self, saga: ActKind, act: Callable[[Clearing, Any], object]) -> None:
        """A person has decided, and the machine works to wherever it ends."""

        def both(uow: Any, clearing: Clearing) -> None:
            act(clearing, uow.now)
            clearings.start(uow, clearing, saga)

        self.change(both)
        self.city.run()

    def resume(self, saga: ActKind) -> None:
        """A person has looked, and lets it go on where it was."""
        self.city.cloud.clear_faults()

        def back(clearing: Clearing, _now: Any) -> None:
            clearing.state, clearing.paused, clearing.cause = clearing.paused or "", None, None

        self.begin(saga, back)

    def confirm(self) -> None:
        """The quarantine is over and two persons want it deleted."""

        def signed(clearing: Clearing, now: Any) -> None:
            clearing.quarantined_until = now - timedelta(days=1)
            clearing.propose(Signature(by=self.city.ids["operator"], at=now, reason="x"))
            clearing.confirm(Signature(by=self.city.ids["office-admin"], at=now, reason="x"), ())

        self.begin(ActKind.DELETE, signed)

    def release(self) -> None:
        self.begin(ActKind.RELEASE, lambda clearing, now: clearing.restore(CAUSE, now))

    def fact(self, name: str) -> Any:
        return self.provider.servers.find(self.tenant).get(self.made[name].id)

    def kinds(self) -> Counter[str]:
        return Counter(item.kind for item in self.city.cloud.inventory() if item.tenant == self.tenant)

    def files(self) -> list[str]:
        found = backups.load(self.city.ctx, self.id)
        return [each.digest or "" for each in found.objects] if found else []

    def stands(self, state: str, words: str = "") -> None:
        now = self.now
        assert (now.state, now.saga) == (state, None), (now.cause, self.city.verdicts[-3:])
        assert words in str(now.cause)

    def off(self) -> None:
        """All of it off and cut off, and nothing of a backup left in the cloud."""
        assert {self.fact(name).status for name in ("oa-1", "oa-2")} == {"stopped"}
        assert all(self.provider.servers.isolated(self.tenant, self.fact(name).backend_id) for name in ("oa-1", "oa-2"))
        assert {fact.server for fact in self.provider.addresses.find(self.tenant).values()} == {None}
        assert self.kinds() == {"network": 1, "server": 2, "volume": 2, "address": 1}

    def on(self) -> None:
        """As it was before."""
        assert {self.fact(name).status for name in ("oa-1", "oa-2")} == {"active"}
        reached = [self.provider.servers.isolated(self.tenant, self.fact(name).backend_id) for name in ("oa-1", "oa-2")]
        assert not any(reached)
        assert {f.server for f in self.provider.addresses.find(self.tenant).values()} == {self.fact("oa-1").backend_id}
        assert self.kinds() == {"network": 1, "server": 2, "volume": 2, "address": 1}

    def whole(self) -> None:
        """The backup is tested, sound, and has a disk's bytes each."""
        self.stands("restore_tested")
        self.off()
        assert backups.verify(self.city.ctx, self.id) == self.now.digest
        assert len(set(self.files())) == 4

    def gone(self) -> None:
        self.stands("deleted")
        assert self.kinds() == {}
        states = {resource.state for resource in map(self.city.resource, (each.id for each in self.made.values()))}
        assert states == {"released"}
        assert set(self.city.ledger().values()) == {(0, 0)}
        assert backups.verify(self.city.ctx, self.id) == self.now.digest

    def untouched(self) -> None:
        """Nothing of it was deleted."""
        self.off()
        assert {self.city.resource(each.id).state for each in self.made.values()} == {"active"}
        assert self.city.ledger() == self.ledger


def flip(city: Installed, digest: str) -> None:
    """One bit of a file in the store."""
    place = city.directory / "files" / digest[:2] / digest
    content = place.read_bytes()
    place.write_bytes(bytes([content[0] ^ 1]) + content[1:])
