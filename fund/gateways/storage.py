"""Where sealed documents lie: a folder, or S3 in production (fsspec). Never in a transaction."""

import posixpath
from typing import Any

import fsspec

from fund.errors import NotFound, Unavailable

_PART = ".part"

_files: Any = None
_root = ""


def init(url: str) -> None:
    """`file:///folder` or `s3://bucket/prefix`."""
    global _files, _root
    _files, _root = fsspec.core.url_to_fs(url)


def put(key: str, content: bytes) -> None:
    """Store `content` under `key`, whole or not at all. Raises Unavailable."""
    path = _path(key)
    try:
        _files.makedirs(posixpath.dirname(path), exist_ok=True)
        _files.pipe_file(path + _PART, content)
        _files.mv(path + _PART, path)
    except OSError as fault:
        raise Unavailable("storage_unavailable") from fault


def get(key: str) -> bytes:
    """The bytes stored under `key`. Raises NotFound or Unavailable."""
    try:
        content: bytes = _files.cat_file(_path(key))
    except FileNotFoundError:
        raise NotFound
    except OSError as fault:
        raise Unavailable("storage_unavailable") from fault
    return content


def delete(key: str) -> None:
    """Remove what lies under `key`, if anything does."""
    try:
        _files.rm_file(_path(key))
    except FileNotFoundError:
        return
    except OSError as fault:
        raise Unavailable("storage_unavailable") from fault


def list_keys() -> list[str]:
    """Every key, sorted (for the backup); what is still being written is none yet."""
    try:
        found = _files.find(_root)
    except OSError as fault:
        raise Unavailable("storage_unavailable") from fault
    return sorted(posixpath.relpath(p, _root) for p in found if not p.endswith(_PART))


def check() -> None:
    """Raise Unavailable unless a small file can be written, read and removed."""
    put("check/probe", b"probe")
    if get("check/probe") != b"probe":
        raise Unavailable("storage_unavailable")
    delete("check/probe")


def _path(key: str) -> str:
    return posixpath.join(_root, key)
