"""The peers of the list, each written as its own documentation writes it: the least code that gives the same rows.

    python -m tests.bench.peers limit PORT      # Starlette + asyncpg, the database makes the JSON
    python -m tests.bench.peers django PORT     # Django REST framework with a serializer, filter and cursor pages
The database's address comes in BENCH_DSN.
"""

from __future__ import annotations

import os
import sys
from typing import Any
from urllib.parse import urlsplit

COLUMNS = (
    "id", "name", "department_id", "system_id", "order_id", "cloud", "zone", "state", "expires_on", "purge_after",
    "created_at", "version", "specification", "vcpu", "memory_mib", "image", "network_id", "fixed_addresses", "power",
)  # fmt: skip


def limit() -> Any:
    """One route, one statement, no token: what PostgreSQL itself gives as JSON goes out untouched."""
    import asyncpg
    from starlette.applications import Starlette
    from starlette.responses import Response
    from starlette.routing import Route

    inner = f"SELECT {', '.join(COLUMNS)} FROM servers WHERE state = $1 AND id < $2 ORDER BY id DESC LIMIT $3"
    statement = f"SELECT json_agg(row_to_json(page)) FROM ({inner}) AS page"
    highest = "ffffffff-ffff-ffff-ffff-ffffffffffff"
    pool: list[Any] = []

    async def servers(request: Any) -> Response:
        query = request.query_params
        if not pool:
            pool.append(await asyncpg.create_pool(os.environ["BENCH_DSN"], min_size=10, max_size=10))
        async with pool[0].acquire() as connection:
            rows = await connection.fetchval(
                statement, query.get("state", "active"), query.get("cursor", highest), int(query.get("limit", "50"))
            )
        return Response(b'{"items":' + rows.encode() + b"}", media_type="application/json")

    return Starlette(routes=[Route("/servers", servers)])


def django() -> Any:
    """The list as a REST framework view's: token, roles, filters, cursor pagination, model serializer."""
    dsn = urlsplit(os.environ["BENCH_DSN"])
    from django.conf import settings

    settings.configure(
        SECRET_KEY="bench",
        ALLOWED_HOSTS=["*"],
        ROOT_URLCONF=__name__,
        INSTALLED_APPS=["django.contrib.contenttypes", "django.contrib.auth", "rest_framework", "django_filters"],
        DATABASES={
            "default": {
                "ENGINE": "django.db.backends.postgresql",
                "HOST": dsn.hostname,
                "PORT": dsn.port,
                "NAME": dsn.path[1:],
                "USER": dsn.username,
                "CONN_MAX_AGE": None,
            }
        },
        USE_TZ=True,
    )
    import django as framework

    framework.setup()
    from django.core.wsgi import get_wsgi_application

    _routes()
    return get_wsgi_application()


urlpatterns: list[Any] = []


def _routes() -> None:
    from hashlib import sha256

    from django.db import models
    from django.urls import path
    from django.utils import timezone
    from django_filters.rest_framework import DjangoFilterBackend
    from rest_framework import authentication, exceptions, generics, pagination, permissions, serializers

    class Account(models.Model):
        """Who a token belongs to."""

        id = models.UUIDField(primary_key=True)
        login = models.TextField()
        department_id = models.UUIDField(null=True)
        roles = models.JSONField()
        active = models.BooleanField()
        is_authenticated = True

        class Meta:
            app_label = "bench"
            managed = False
            db_table = "accounts"

    class Token(models.Model):
        """A bearer token by its digest."""

        id = models.UUIDField(primary_key=True)
        account = models.ForeignKey(Account, models.CASCADE)
        digest = models.BinaryField()
        expires_at = models.DateTimeField()
        revoked_at = models.DateTimeField(null=True)

        class Meta:
            app_label = "bench"
            managed = False
            db_table = "tokens"

    class Bearer(authentication.BaseAuthentication):
        def authenticate(self, request: Any) -> tuple[Account, Token]:
            secret = request.headers.get("Authorization", "").removeprefix("Bearer ")
            digest = sha256(secret.encode()).digest()
            token = Token.objects.select_related("account").filter(digest=digest, revoked_at=None).first()
            if token is None or token.expires_at <= timezone.now() or not token.account.active:
                raise exceptions.AuthenticationFailed
            return token.account, token

    class MayRead(permissions.BasePermission):
        def has_permission(self, request: Any, view: Any) -> bool:
            return bool({"department-officer", "department-head", "auditor"} & set(request.user.roles))

    class Server(models.Model):
        """The table as it stands."""

        id = models.UUIDField(primary_key=True)
        name = models.TextField()
        department_id = models.UUIDField()
        system_id = models.UUIDField(null=True)
        order_id = models.UUIDField(null=True)
        cloud = models.TextField()
        zone = models.TextField()
        state = models.TextField()
        expires_on = models.DateField(null=True)
        purge_after = models.DateTimeField(null=True)
        created_at = models.DateTimeField()
        version = models.IntegerField()
        specification = models.TextField()
        vcpu = models.IntegerField()
        memory_mib = models.IntegerField()
        image = models.TextField()
        network_id = models.UUIDField()
        fixed_addresses = models.JSONField()
        power = models.TextField()

        class Meta:
            app_label = "bench"
            managed = False
            db_table = "servers"

    class ServerSerializer(serializers.ModelSerializer):
        class Meta:
            model = Server
            fields = COLUMNS

    class Pages(pagination.CursorPagination):
        ordering = "-id"
        page_size_query_param = "limit"
        page_size = 50
        max_page_size = 500

    class Servers(generics.ListAPIView):
        serializer_class = ServerSerializer
        pagination_class = Pages
        authentication_classes = (Bearer,)
        permission_classes = (MayRead,)
        filter_backends = (DjangoFilterBackend,)
        filterset_fields = ("state", "department_id", "system_id", "order_id", "cloud", "zone", "name")

        def get_queryset(self) -> Any:
            own = self.request.user.department_id
            return Server.objects.all() if own is None else Server.objects.filter(department_id=own)

    urlpatterns.append(path("servers", Servers.as_view()))


def main(kind: str, port: int) -> None:
    """Serves one peer with one worker: the limit under uvicorn as cloudctl, Django under gunicorn's threads."""
    if kind == "limit":
        import uvicorn

        uvicorn.run(
            limit(), host="127.0.0.1", port=port, loop="uvloop", http="httptools", access_log=False, log_level="error"
        )
        return
    from gunicorn.app.base import BaseApplication

    class OneWorker(BaseApplication):  # type: ignore[misc]
        def load_config(self) -> None:
            self.cfg.set("bind", f"127.0.0.1:{port}")
            self.cfg.set("workers", 1)
            self.cfg.set("worker_class", "gthread")
            self.cfg.set("threads", 8)
            self.cfg.set("keepalive", 30)

        def load(self) -> Any:
            return django()

    OneWorker().run()


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
