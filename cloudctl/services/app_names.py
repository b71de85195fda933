"""The name under which an application answers, and the certificate that it shows there.

certify(ctx, work)        # by the platform's own authority, or by the one that is set; the key goes into the store
point(ctx, work)          # the name leads to where the application stands
"""

from __future__ import annotations

from cloudctl.domain.apps import App
from cloudctl.domain.authorities import Purpose
from cloudctl.domain.errors import Failed
from cloudctl.domain.secrets import Owner, SecretKind
from cloudctl.ports.authority import IssuedTls
from cloudctl.ports.context import Context
from cloudctl.services import authorities, secrets
from cloudctl.services.app_runs import Work
from cloudctl.services.app_steps import reported
from cloudctl.services.deliveries import platform_request

KEY = "certificate_key"


def certify(ctx: Context, work: Work) -> None:
    """Issued, and on record; a step that is repeated issues another, and the newest is what it shows."""
    app = work.app
    issued = ctx.certifier.issue(app.address) if ctx.certifier else _issued(ctx, app)
    with reported(ctx, str(work.act.id)) as uow:
        if ctx.certifier:
            after = {"issuer": ctx.certifier.issuer, "serial": issued.serial, "ends_at": issued.ends_at.isoformat()}
            uow.audit("create/certificate", "app", app.id, after={**after, "names": [app.address]})
        secrets.keep(ctx, uow, Owner(SecretKind.APP, app.id), KEY, issued.key_pem)
        record = uow.apps.lock(app.id)
        record.certificate, record.certificate_until = issued.chain_pem, issued.ends_at


def _issued(ctx: Context, app: App) -> IssuedTls:
    return authorities.issue_tls(
        ctx, platform_request(f"app:{app.id}"), names=[app.address], days=ctx.limits.apps.certificate_days,
        subject_id=app.id, purpose=Purpose.APP,
    )  # fmt: skip


def point(ctx: Context, work: Work) -> None:
    """The name leads to its balancer where there is one, else to every host that it stands on."""
    at = work.balancers or work.standing
    addresses = [work.targets[host].address for host in work.hosts(at) if host in work.targets]
    if not all(addresses) or not addresses:
        raise Failed("The host of {code} has no address.", code=work.app.code)
    ctx.names.point(work.app.address, sorted(addresses))


def withdraw(ctx: Context, work: Work) -> None:
    """The name leads nowhere."""
    ctx.names.withdraw(work.app.address)
