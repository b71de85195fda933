"""Run by Alembic: the migrations on the connection and in the transaction that `upgrade` opened."""

from __future__ import annotations

from alembic import context

from cloudctl.persistence.migrations import options

context.configure(connection=context.config.attributes["connection"], **options())
context.run_migrations()
