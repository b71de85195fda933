from __future__ import annotations

import gzip
import json
import random
from base64 import b64decode
from email.parser import BytesParser

from cloudctl.providers.openstack.userdata import LIMIT, compose, encode

KEYS = ("ssh-ed25519 AAAAC3 one@example.test", "ssh-ed25519 AAAAC4 two@example.test")
SCRIPT = "#!/bin/sh\necho 市\n".encode()


def parts(document: bytes) -> list[tuple[str, bytes]]:
    message = BytesParser().parsebytes(document)
    return [(p.get_content_type(), p.get_payload(decode=True)) for p in message.walk() if not p.is_multipart()]


def test_nothing_to_say_is_nothing():
    assert encode(None, ()) is None
    assert encode(b"", ()) is None


def test_user_data_alone_stays_untouched():
    text = encode(SCRIPT, ())
    assert text is not None
    assert b64decode(text) == SCRIPT


def test_keys_alone_are_a_cloud_config():
    document = compose(None, KEYS)
    assert document is not None
    first, rest = document.split(b"\n", 1)
    assert first == b"#cloud-config"
    assert json.loads(rest) == {"ssh_authorized_keys": list(KEYS)}


def test_both_are_a_multipart_in_which_the_keys_are_added_last():
    document = compose(SCRIPT, KEYS)
    assert document is not None
    (kind, theirs), (ours_kind, ours) = parts(document)
    assert (kind, theirs, ours_kind) == ("text/plain", SCRIPT, "text/cloud-config")
    assert all(key.encode() in ours for key in KEYS)
    last = BytesParser().parsebytes(document).get_payload()[-1]
    assert "list(append)" in last["Merge-Type"]


def test_a_multipart_of_the_department_keeps_its_parts():
    theirs = compose(b"#cloud-config\n{}\n", KEYS[:1])
    document = compose(theirs, KEYS[1:])
    assert document is not None
    assert [kind for kind, _ in parts(document)] == ["text/plain", "text/cloud-config", "text/cloud-config"]


def test_compressed_user_data_is_marked_as_such():
    packed = gzip.compress(SCRIPT, mtime=0)
    document = compose(packed, KEYS)
    assert document is not None
    assert parts(document)[0] == ("application/gzip", packed)


def test_the_same_order_gives_the_same_bytes():
    assert compose(SCRIPT, KEYS) == compose(SCRIPT, KEYS)


def test_what_is_too_long_for_nova_is_compressed():
    text = encode(b"#!/bin/sh\n" + b"echo hello\n" * 6000, KEYS)
    assert text is not None
    assert len(text) <= LIMIT
    assert b"echo hello" in parts(gzip.decompress(b64decode(text)))[0][1]


def test_what_cannot_be_made_short_enough_is_left_to_nova_to_refuse():
    text = encode(random.Random(1).randbytes(64_000), ())
    assert text is not None
    assert len(text) > LIMIT


def test_the_platform_s_script_alone_is_a_script_and_goes_before_everything_else():
    first_boot = b"#!/bin/sh\n# cloudctl\n"
    assert compose(None, (), first_boot) == first_boot
    document = compose(SCRIPT, KEYS, first_boot)
    assert document is not None
    assert parts(document) == [
        ("text/x-shellscript", first_boot),
        ("text/plain", SCRIPT),
        ("text/cloud-config", b"#cloud-config\n" + json.dumps({"ssh_authorized_keys": list(KEYS)}).encode() + b"\n"),
    ]
    assert compose(SCRIPT, KEYS, first_boot) == document
