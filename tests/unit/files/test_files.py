"""Both adapters of the file store under one suite: a directory, and a bucket of a real S3 server on loopback."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

import pytest

from cloudctl.domain.errors import ConfigurationError, NotFound, Unavailable
from cloudctl.files import open_files
from cloudctl.files.directory import Directory
from cloudctl.ports.files import Files, Kept

CONTENT = b"%PDF-1.7 " + bytes(range(256)) * 4000


@pytest.fixture(scope="module")
def s3() -> Iterator[str]:
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture(params=["directory", "bucket"])
def files(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Files:
    if request.param == "directory":
        return open_files("", tmp_path)
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", request.getfixturevalue("s3"))
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    import boto3

    boto3.client("s3").create_bucket(Bucket="cloudctl")
    return open_files("s3://cloudctl/city", tmp_path)


def test_a_file_comes_back_as_it_was_put(files: Files) -> None:
    kept = files.put(CONTENT)
    assert kept == Kept(sha256(CONTENT).hexdigest(), len(CONTENT)) == files.put(CONTENT)
    assert files.get(kept.digest) == CONTENT
    soon = datetime.now(UTC) + timedelta(minutes=1)
    assert list(files.older_than(soon)) == [kept.digest]
    assert list(files.older_than(soon - timedelta(hours=1))) == []
    files.delete(kept.digest)
    files.delete(kept.digest)
    with pytest.raises(NotFound):
        files.get(kept.digest)
    assert list(files.older_than(soon)) == []


@pytest.mark.parametrize("digest", ["", "../secret.keys", "0" * 63, "../" + "0" * 61])
def test_what_is_no_digest_is_not_looked_for(tmp_path: Path, digest: str) -> None:
    with pytest.raises(NotFound):
        Directory(tmp_path).get(digest)


def test_a_damaged_file_is_not_handed_out(tmp_path: Path) -> None:
    files = Directory(tmp_path)
    digest = files.put(CONTENT).digest
    next(tmp_path.glob("??/*")).write_bytes(CONTENT[:-1])
    with pytest.raises(Unavailable, match="damaged"):
        files.get(digest)


def test_a_full_disk_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    files = Directory(tmp_path)
    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(Unavailable, match="No space left"):
        files.put(CONTENT)
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_a_bucket_that_does_not_answer_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", "http://127.0.0.1:9")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    with pytest.raises(Unavailable, match="cannot be reached"):
        open_files("s3://cloudctl", tmp_path).put(CONTENT)


def test_another_address_is_refused(tmp_path: Path) -> None:
    assert isinstance(open_files(f"file://{tmp_path}", tmp_path), Directory)
    with pytest.raises(ConfigurationError, match="ftp"):
        open_files("ftp://somewhere", tmp_path)


def test_a_large_file_is_put_and_read_piece_by_piece(files: Files) -> None:
    kept = files.put_pieces([CONTENT[:1000], CONTENT[1000:], b""])
    assert kept == Kept(sha256(CONTENT).hexdigest(), len(CONTENT)) == files.put_pieces(iter([CONTENT]))
    assert b"".join(files.pieces(kept.digest)) == CONTENT == files.get(kept.digest)
    assert files.is_sound(kept.digest)
    files.delete(kept.digest)
    assert not files.is_sound(kept.digest)
    with pytest.raises(NotFound):
        list(files.pieces(kept.digest))


def test_a_flipped_byte_is_seen_at_the_end_of_the_pieces(tmp_path: Path) -> None:
    files = Directory(tmp_path)
    digest = files.put_pieces([CONTENT]).digest
    place = next(tmp_path.glob("??/*"))
    place.write_bytes(bytes([CONTENT[0] ^ 1]) + CONTENT[1:])
    assert not files.is_sound(digest)
    with pytest.raises(Unavailable, match="damaged"):
        list(files.pieces(digest))


def test_pieces_that_break_off_leave_nothing(tmp_path: Path) -> None:
    def broken() -> Iterator[bytes]:
        yield CONTENT
        raise ConnectionResetError(104, "the other end is gone")

    files = Directory(tmp_path)
    with pytest.raises(Unavailable, match="the other end is gone"):
        files.put_pieces(broken())
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_what_a_dead_process_left_goes_after_a_day(tmp_path: Path) -> None:
    files = Directory(tmp_path)
    files.put_pieces([b"x"])
    left = [tmp_path / "incoming" / name for name in ("old", "new")]
    for path in left:
        path.write_bytes(b"half")
    long_ago = (datetime.now(UTC) - timedelta(days=2)).timestamp()
    os.utime(left[0], (long_ago, long_ago))
    files.put_pieces([b"y"])
    assert [path.exists() for path in left] == [False, True]
