from __future__ import annotations

import pytest
from cryptography.fernet import Fernet

from cloudctl.secrets.redact import MASK, redact, redact_text

SECRET = "Zm9vYmFyMTIzNDU2Nzg5MA"
SEALED = Fernet(Fernet.generate_key()).encrypt(b"x").decode()
TOKEN = "cctl_" + SECRET


@pytest.mark.parametrize(
    "text",
    [
        f"Authorization: Bearer {SECRET}",
        f"authorization=Basic {SECRET}",
        f"{{'Authorization': 'Bearer {SECRET}'}}",
        f"Proxy-Authorization: Digest {SECRET}",
        f"sent Bearer {SECRET} to the server",
        f"X-Auth-Token: {SECRET}",
        f'{{"password": "{SECRET}"}}',
        f'{{"password": "a \\" {SECRET}"}}',
        f"password='{SECRET}' next",
        f"OS_PASSWORD={SECRET} openstack server list",
        f"dingtalk://{SECRET}@{SECRET}/13800000000",
        f"{{'url': 'wecombot://{SECRET}'}}",
        f"Feishu://{SECRET}",
        f"jsons://hooks.example.cn/{SECRET}?+Key={SECRET}",
        f"client_secret={SECRET}&scope=all",
        f"user_data: {SECRET}",
        f"apiKey={SECRET}",
        f"the token {TOKEN} was used",
        f"postgresql://cloudctl:{SECRET}@db/cloudctl",
        f"-----BEGIN EC PRIVATE KEY-----\n{SECRET}\n-----END EC PRIVATE KEY-----",
        f"-----BEGIN PRIVATE KEY-----\n{SECRET}",
        f"eyJhbGciOiJIUzI1NiJ9.{SECRET}.{SECRET}",
    ],
)
def test_a_secret_in_a_text_is_masked(text: str) -> None:
    masked = redact_text(text)
    assert SECRET not in masked
    assert MASK in masked
    assert redact_text(masked).count(MASK) == masked.count(MASK)


def test_sealed_values_are_masked_too() -> None:
    assert SEALED not in redact_text(f"got {SEALED} back")


@pytest.mark.parametrize(
    "text",
    [
        "order 2026-000017 was delivered in 12 s",
        "GET /v1/tokens/0192aaaa-0000-7000-8000-000000000001 200",
        "server fgw-oa-1 on http://cloud.example:8774/v2.1",
        "令牌已吊销",
        "the token of li was revoked",
        "ssh-ed25519 is a key type; the author: li",
    ],
)
def test_plain_texts_stay_as_they_are(text: str) -> None:
    assert redact_text(text) == text


@pytest.mark.parametrize(
    "name", ["password", "Password", "os_password", "api_token", "X-Auth-Token", "client_secret", "user_data",
             "userData", "authorization", "Set-Cookie", "private_key", "sealing_keys", "credentials", "passphrase"]
)  # fmt: skip
def test_a_field_with_a_secret_name_is_masked_whole(name: str) -> None:
    assert redact({"a": [{name: {"inner": SECRET}}]}) == {"a": [{name: MASK}]}


def test_other_fields_keep_their_values() -> None:
    plain = {"token_id": "t-1", "ssh_keys": 2, "count": 3, "ok": True, "none": None, "text": "plain", "l": [1, "x"]}
    assert redact(plain) == plain
    assert redact({"password": ""}) == {"password": ""}


def test_bytes_are_masked_and_texts_within_data_too() -> None:
    assert redact({"raw": SECRET.encode(), "note": f"it was {TOKEN}"}) == {"raw": MASK, "note": f"it was {MASK}"}


@pytest.mark.parametrize("text", ["a" * 200_000, "token " * 30_000, "://" * 60_000, "eyJ" * 60_000])
@pytest.mark.timeout(20)
def test_a_long_text_does_not_make_it_stall(text: str) -> None:
    assert redact_text(f"{text} {TOKEN}") == f"{text} {MASK}"
