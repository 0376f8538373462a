"""The only way to a witness of the log: HTTP, as C2SP tlog-witness has it. Never in a transaction.

A witness is somebody else's server: it gets five seconds and is believed only as far as its
signature reaches.
"""

import http.client
from urllib.parse import quote, urlsplit

from fund.errors import Unavailable

TIMEOUT_SECONDS = 5
LARGEST_ANSWER = 64 * 1024


def add_checkpoint(url: str, body: str) -> tuple[int, str]:
    """Submit a checkpoint with its proof; (status, text) of the answer. Raises Unavailable."""
    return _ask(url, "POST", "/add-checkpoint", body.encode())


def newest_checkpoint(url: str, origin: str) -> tuple[int, str]:
    """Ask for the newest checkpoint that it cosigned for the log `origin`. Raises Unavailable."""
    return _ask(url, "GET", f"/checkpoint?origin={quote(origin, safe='')}", None)


def _ask(url: str, method: str, path: str, body: bytes | None) -> tuple[int, str]:
    parts = urlsplit(url)
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    connection = kind(parts.hostname or "", parts.port, timeout=TIMEOUT_SECONDS)
    try:
        connection.request(method, parts.path + path, body)
        answer = connection.getresponse()
        return answer.status, answer.read(LARGEST_ANSWER).decode()
    except (OSError, ValueError, http.client.HTTPException) as error:
        raise Unavailable("witness", error=type(error).__name__)
    finally:
        connection.close()
