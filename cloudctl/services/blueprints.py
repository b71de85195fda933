"""The applications that can be deployed, for whoever may have one."""

from __future__ import annotations

from cloudctl.domain.accounts import Permission
from cloudctl.domain.blueprints import Blueprint
from cloudctl.hosting.parameters import Field, fields
from cloudctl.ports.context import Context, Request


def listed(ctx: Context, request: Request) -> list[Blueprint]:
    """All of them, by name."""
    request.actor.require(Permission.CATALOGUE_READ)
    return list(ctx.blueprints.blueprints.values())


def get(ctx: Context, request: Request, name: str) -> Blueprint:
    """One of them; raises NotFound."""
    request.actor.require(Permission.CATALOGUE_READ)
    return ctx.blueprints.named(name)


def form(blueprint: Blueprint) -> tuple[Field, ...]:
    """The fields of the form that asks for its parameters."""
    return fields(blueprint)
