"""What NetBox is told of its surroundings: NETBOX_CONFIGURATION names this module. Only NetBox imports it."""

import os

MAX_PAGE_SIZE = 5  # so that a few rows make several pages
BASE_PATH = "base/"
ALLOWED_HOSTS = ["127.0.0.1"]
SECRET_KEY = os.environ["NETBOX_LAB_SECRET"]
RELEASE_CHECK_URL = None
CENSUS_REPORTING_ENABLED = False
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": "netbox",
        "USER": "postgres",
        "HOST": "127.0.0.1",
        "PORT": os.environ["NETBOX_LAB_POSTGRES_PORT"],
    }
}
REDIS = {
    purpose: {"HOST": "127.0.0.1", "PORT": int(os.environ["NETBOX_LAB_REDIS_PORT"]), "DATABASE": number, "SSL": False}
    for number, purpose in enumerate(("tasks", "caching"))
}
