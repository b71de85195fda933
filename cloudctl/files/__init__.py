"""The file store's adapters: a directory by default, an S3 bucket where there is one.

files = open_files("", data_dir)                 # <data_dir>/files
files = open_files("s3://bucket/prefix", data_dir)
"""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

from cloudctl.domain.errors import ConfigurationError
from cloudctl.files.directory import Directory
from cloudctl.ports.files import Files


def open_files(url: str, data_dir: Path) -> Files:
    """The store at `url`: empty for the data directory, `file:///path`, or `s3://bucket/prefix`."""
    place = urlsplit(url)
    match place.scheme:
        case "":
            return Directory(data_dir / "files")
        case "file":
            return Directory(Path(place.path))
        case "s3":
            from cloudctl.files.s3 import Bucket  # noqa: PLC0415 - its library is an extra of the installation

            return Bucket(place.netloc, place.path.strip("/"))
        case scheme:
            raise ConfigurationError(
                "{scheme} is no file store: set files_url to file:///path or s3://bucket/prefix, or leave it out.",
                scheme=scheme,
            )


__all__ = ["open_files"]
