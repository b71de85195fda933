"""Where the installation's master keys are: a file, the environment, or a key management system (KMS, 密码服务平台)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol


class Keys(Protocol):
    """The master keys. They are read once, when the process starts, and never written anywhere."""

    def read(self) -> Sequence[str]:
        """The keys, 32 bytes each in URL-safe base64: the first seals, every one opens.

        Raises ConfigurationError when there is none, or it cannot be had.
        """
        ...
