"""The declaration that no state secrets (涉密) are handled: without it nothing is put on record, not even a name.

    check_declared(sent, {"title": title, "purpose": purpose})    # before anything else looks at the fields

What is declared secret, or carries a marking of secrecy, is refused before it reaches a transaction. No message here
repeats what was sent: a refusal is logged, counted and shown, and the name must be in none of these places.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from cloudctl.domain.errors import Invalid

FIELD = "no_state_secrets"
# The marking of the regulation is the grade and a star (机密★10年); people also put the word into brackets.
MARKING = re.compile(r"(?:绝密|机密|秘密)\s*[★☆]|[（(\[【〔]\s*(?:涉密|绝密|机密|秘密)\s*[）)\]】〕]")


def check_declared(declared: bool | None, texts: Mapping[str, str]) -> None:
    """Raises Invalid unless it was declared that there are no state secrets, or where a text is marked as one."""
    refuse_secret(declared, texts)
    if declared is None:
        raise Invalid(
            "It has to be declared that no state secrets are handled.",
            field=FIELD,
            way_out="Set `no_state_secrets: true` after your department's secrecy officer has confirmed it.",
        )


def refuse_secret(declared: bool | None, texts: Mapping[str, str]) -> None:
    """Raises Invalid for what is declared secret, and for a text with a marking; `texts` are by field."""
    if declared is False:
        raise Invalid(
            "What handles state secrets cannot be here, not even by its name; nothing was kept.",
            field=FIELD,
            way_out="Do not send it again: turn to the secrecy administration, which has systems of its own for it.",
        )
    for field, text in texts.items():
        if MARKING.search(text):
            raise Invalid(
                "This field carries a marking of state secrets; nothing was kept.",
                field=field,
                way_out="Leave out what is secret. If the marking stands there by mistake, remove it and send again.",
            )
