"""`python -m cloudctl.cli` is `cloudctl`."""

from __future__ import annotations

from cloudctl.cli.main import main

main()
