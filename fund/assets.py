"""Style sheets, scripts and pictures: compressed once, named by content, kept by the browser.

Only static files are compressed. A page that holds a secret beside what a visitor sent in is not,
because its compressed length would tell about the secret.
"""

import gzip
import mimetypes
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from flask import Flask, Response, request
from werkzeug.exceptions import NotFound
from werkzeug.security import safe_join

COMPRESSED_TYPES = ("text/css", "text/javascript", "image/svg+xml", "application/json")
A_YEAR = 31_536_000


@dataclass(frozen=True)
class Asset:
    """A file as it is sent: plain, and gzipped where that makes it smaller."""

    content: bytes
    content_type: str
    digest: str
    gzipped: bytes | None

    @classmethod
    def read(cls, path: Path) -> "Asset":
        content = path.read_bytes()
        guessed = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
        content_type = "text/javascript" if guessed.endswith("javascript") else guessed
        gzipped = (
            gzip.compress(content, compresslevel=9, mtime=0)
            if content_type in COMPRESSED_TYPES
            else None
        )
        return cls(
            content,
            content_type,
            sha256(content).hexdigest()[:12],
            gzipped if gzipped and len(gzipped) < len(content) else None,
        )


def init(app: Flask) -> None:
    """Serve every static folder of `app` from here, and put `?v=` into the addresses made of it."""
    folders = {"static": app.static_folder} | {
        f"{name}.static": blueprint.static_folder for name, blueprint in app.blueprints.items()
    }
    roots = {endpoint: folder for endpoint, folder in folders.items() if folder}
    for endpoint, root in roots.items():
        app.view_functions[endpoint] = _server_of(root)

    @app.url_defaults
    def name_by_content(endpoint: str, values: dict[str, Any]) -> None:
        if endpoint in roots and (asset := find_asset(roots[endpoint], values["filename"])):
            values.setdefault("v", asset.digest)


def find_asset(root: str, filename: str) -> Asset | None:
    """The file as it is now; read anew only when it changed."""
    joined = safe_join(root, filename)
    path = Path(joined) if joined else None
    if path is None or not path.is_file():
        return None
    return _read(path, path.stat().st_mtime_ns)


@lru_cache(maxsize=128)
def _read(path: Path, _changed_at: int) -> Asset:
    return Asset.read(path)


def _server_of(root: str) -> Callable[..., Response]:
    def serve(filename: str) -> Response:
        asset = find_asset(root, filename)
        if asset is None:
            raise NotFound
        return _answer(asset)

    return serve


def _answer(asset: Asset) -> Response:
    packed = asset.gzipped is not None and request.accept_encodings["gzip"] > 0
    body = asset.gzipped if packed and asset.gzipped else asset.content
    response = Response(body, content_type=_with_charset(asset.content_type))
    if packed:
        response.content_encoding = "gzip"
    response.vary.add("Accept-Encoding")
    response.set_etag(f"{asset.digest}{'-gzip' if packed else ''}")
    if request.args.get("v") == asset.digest:
        response.cache_control.public = True
        response.cache_control.max_age = A_YEAR
        response.cache_control.immutable = True
    else:
        response.cache_control.no_cache = True
    response.make_conditional(request)
    return response


def _with_charset(content_type: str) -> str:
    return f"{content_type}; charset=utf-8" if content_type.startswith("text/") else content_type
