"""What a run was handed is masked in every dress."""

from __future__ import annotations

import json
from base64 import b64encode
from shlex import quote
from urllib.parse import quote as quoted

import pytest
import yaml

from cloudctl.automation.masking import MASK, Mask

AWKWARD = 'it\'s "pl\\anted" & 100% 秘密'


@pytest.mark.parametrize("secret", ["hunter2", AWKWARD, "two words", "a'b'c'd", "back\\slash\\es"])
def test_a_secret_is_masked_however_it_is_dressed(secret: str) -> None:
    mask = Mask({"deep": [{"app": {"password": secret}}]})
    dressed = {
        "plain": f"-p{secret} ",
        "json": json.dumps({"a": secret}),
        "json in json": json.dumps(json.dumps({"a": secret})),
        "ascii": json.dumps({"a": secret}, ensure_ascii=True),
        "shell": f"echo {quote(secret)}",
        "shell in json": json.dumps({"cmd": f"echo {quote(secret)}"}),
        "url": f"http://x/?p={quoted(secret, safe='')}",
        "yaml": yaml.safe_dump({"msg": f"it is {secret}!"}, allow_unicode=True, width=1000),
        "folded": yaml.safe_dump({"msg": f"it is long, {secret}!"}, allow_unicode=True, width=12),
        "json in yaml": yaml.safe_dump({"msg": json.dumps(secret)}, allow_unicode=True, width=1000),
        "base64": b64encode(secret.encode()).decode(),
        "base64 of a line": b64encode(f"{secret}\n".encode()).decode(),
    }
    for how, text in dressed.items():
        masked = mask.text(text)
        assert MASK in masked, how
        assert secret not in masked, how


def test_each_line_of_a_key_is_masked_and_what_is_short_is_not() -> None:
    key = "-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjEAAAAA\nBG5vbmU=x\n-----END PRIVATE KEY-----\n"
    mask = Mask([key, {"pin": "12", "yes": True}])
    assert "b3BlbnNzaC1rZXktdjEAAAAA" not in mask.text("line b3BlbnNzaC1rZXktdjEAAAAA of it")
    assert mask.text("12 times True") == "12 times True"


def test_plain_data_is_masked_as_a_copy() -> None:
    given = {"hunter2": ["is hunter2", 7, None]}
    assert Mask("hunter2").data(given) == {MASK: [f"is {MASK}", 7, None]}
    assert given == {"hunter2": ["is hunter2", 7, None]}
    assert Mask({}).text("hunter2") == "hunter2"
