from __future__ import annotations

import socket
import threading
from contextlib import closing
from pathlib import Path
from uuid import UUID

import pytest
from conftest_api import FakeApi, Reply, problem
