"""The file store in an S3 bucket, through boto3 (`pip install cloudctl[s3]`).

Address and credentials come from boto3's own variables and files (AWS_ENDPOINT_URL_S3, AWS_ACCESS_KEY_ID, ...): they
are not settings of ours.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from hashlib import sha256
from tempfile import TemporaryFile
from typing import Any

from cloudctl.domain.accounts import missing
from cloudctl.domain.errors import ConfigurationError, NotFound, Unavailable
from cloudctl.files.directory import PIECE_BYTES, checked, damaged
from cloudctl.ports.files import Kept

try:
    import boto3
    from botocore.exceptions import BotoCoreError, ClientError
except ImportError as error:  # pragma: no cover - the development environment has it
    raise ConfigurationError("files_url names a bucket: install the extra `cloudctl[s3]`.") from error


class Bucket:
    """Implements ports.files.Files under a prefix of a bucket that exists."""

    def __init__(self, bucket: str, prefix: str = "") -> None:
        self._bucket = bucket
        self._prefix = f"{prefix}/" if prefix else ""
        self._client: Any = boto3.client("s3")

    def put(self, content: bytes) -> Kept:
        digest = sha256(content).hexdigest()
        with _reaching():
            self._client.put_object(Bucket=self._bucket, Key=self._prefix + digest, Body=content)
        return Kept(digest, len(content))

    def get(self, digest: str) -> bytes:
        with _reaching(digest):
            return checked(
                digest, self._client.get_object(Bucket=self._bucket, Key=self._prefix + digest)["Body"].read()
            )

    def put_pieces(self, pieces: Iterable[bytes]) -> Kept:
        """By way of a file on this machine, for the name is known only at the end."""
        whole, size_bytes = sha256(), 0
        try:
            with TemporaryFile() as file:
                for piece in pieces:
                    whole.update(piece)
                    size_bytes += file.write(piece)
                file.seek(0)
                with _reaching():
                    self._client.upload_fileobj(file, self._bucket, self._prefix + whole.hexdigest())
        except OSError as error:
            raise Unavailable("The file store cannot be written: {words}.", words=error.strerror or "?") from error
        return Kept(whole.hexdigest(), size_bytes)

    def pieces(self, digest: str) -> Iterator[bytes]:
        whole = sha256()
        with _reaching(digest):
            body = self._client.get_object(Bucket=self._bucket, Key=self._prefix + digest)["Body"]
            for piece in body.iter_chunks(PIECE_BYTES):
                whole.update(piece)
                yield piece
        if whole.hexdigest() != digest:
            raise damaged(digest)

    def is_sound(self, digest: str) -> bool:
        whole = sha256()
        try:
            with _reaching(digest):
                body = self._client.get_object(Bucket=self._bucket, Key=self._prefix + digest)["Body"]
                for piece in body.iter_chunks(PIECE_BYTES):
                    whole.update(piece)
        except NotFound:
            return False
        return whole.hexdigest() == digest

    def delete(self, digest: str) -> None:
        with _reaching():
            self._client.delete_object(Bucket=self._bucket, Key=self._prefix + digest)

    def older_than(self, moment: datetime) -> Iterator[str]:
        with _reaching():
            pages = self._client.get_paginator("list_objects_v2").paginate(Bucket=self._bucket, Prefix=self._prefix)
            for page in pages:
                for entry in page.get("Contents", ()):
                    if entry["LastModified"] < moment:
                        yield entry["Key"].removeprefix(self._prefix)


@contextmanager
def _reaching(digest: str = "") -> Iterator[None]:
    try:
        yield
    except ClientError as error:
        if error.response["Error"]["Code"] == "NoSuchKey":
            raise missing("file", digest) from error
        raise Unavailable("The file store answers: {words}.", words=str(error)[:300]) from error
    except BotoCoreError as error:
        raise Unavailable("The file store cannot be reached: {words}.", words=str(error)[:300]) from error
