"""A witness: a small server that keeps only checkpoints, and signs those that lead on (C2SP
tlog-witness and tlog-cosignature).

It needs no database, no keyring and nothing of the fund but the log's public key. So it can run
with somebody else, and that is where it is worth most: what it signed once, nobody can unsay.
"""

import base64
import fcntl
import hashlib
import os
import re
import socket
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from fund.audit import cosignatures, notes, verify
from fund.crypto import VerifierKey

LARGEST_REQUEST = 64 * 1024
MOST_CONNECTIONS = 64
TIMEOUT_SECONDS = 10
_MOST_HASHES = 63
_EMPTY_ROOT = hashlib.sha256().digest()


@dataclass(frozen=True)
class Answer:
    """What goes back over HTTP."""

    status: int
    text: str
    content_type: str = "text/plain; charset=utf-8"


class BadKeyFile(Exception):
    """The file with the witness's key cannot be used; the message says why."""


class Witness:
    """Knows some logs by their verifier keys, and keeps the newest checkpoint of each in `folder`.

    `name` is what its signatures are called by, e.g. `witness.example/one`.
    """

    def __init__(
        self, name: str, private_key: Ed25519PrivateKey, logs: Iterable[VerifierKey], folder: Path
    ) -> None:
        self.name = name
        self.folder = folder
        self.private_key = private_key
        self.logs: dict[str, list[str]] = {}
        for key in logs:
            self.logs.setdefault(key.name, []).append(str(key))

    @property
    def verifier_key(self) -> VerifierKey:
        """Its own public key, for those who trust it."""
        return cosignatures.verifier_key(self.name, self.private_key)

    def newest(self, origin: str) -> Answer:
        """The newest checkpoint of a log that it cosigned."""
        note = self._read(origin) if origin in self.logs else None
        return Answer(404, "no checkpoint of this log\n") if note is None else Answer(200, note)

    def add_checkpoint(self, request: str, *, now: datetime) -> Answer:
        """Cosign a checkpoint that leads on from the one before, or say why not."""
        try:
            old_size, path, note = _parse(request)
            origin = note.partition("\n")[0]
            if origin not in self.logs:
                return Answer(404, "this log is not known here\n")
            _, size, root = verify.open_checkpoint(note, *self.logs[origin])
        except (InvalidSignature, verify.DoesNotVerify) as fault:
            return Answer(403, f"not signed by the log: {fault}\n")
        except ValueError as fault:
            return Answer(400, f"{fault}\n")
        if old_size > size:
            return Answer(400, "the old size is above the checkpoint's\n")
        if size == 0 and root != _EMPTY_ROOT:
            return Answer(422, "an empty log has another root\n")
        with self._locked(origin):
            refusal = self._refuse(origin, old_size, path, (size, root), note)
            if refusal is not None:
                return refusal
            line = cosignatures.cosign(note, self.name, self.private_key, now=now)
            self._write(self._file(origin), self._own_words(note, origin) + line)
        return Answer(200, line)

    def _refuse(
        self, origin: str, old_size: int, path: list[bytes], head: tuple[int, bytes], note: str
    ) -> Answer | None:
        """Why this checkpoint does not follow the one kept, or None if it does."""
        kept = self._read(origin)
        kept_size, kept_root = (0, _EMPTY_ROOT) if kept is None else notes.head(kept)
        if old_size != kept_size:
            return _conflict(kept_size)
        if head[0] == kept_size and head[1] != kept_root:
            # Two logs of one size, both signed: whoever sees this file sees the log's forking.
            self._write(self._file(origin).with_suffix(".fork"), note)
            return _conflict(kept_size)
        try:
            if old_size in (0, head[0]):
                if path:
                    raise verify.DoesNotVerify("the proof must be empty")
            else:
                verify.check_consistency(old_size, head[0], path, kept_root, head[1])
        except verify.DoesNotVerify as fault:
            return Answer(422, f"{fault}\n")
        return None

    def _own_words(self, note: str, origin: str) -> str:
        """The note with the log's own signatures only: others' were not looked at."""
        body, _, lines = note.rpartition("\n\n")
        own = [line for line in lines.splitlines(keepends=True) if line.startswith(f"— {origin} ")]
        return f"{body}\n\n{''.join(own)}"

    def _file(self, origin: str) -> Path:
        return self.folder / f"{hashlib.sha256(origin.encode()).hexdigest()}.checkpoint"

    def _read(self, origin: str) -> str | None:
        try:
            return self._file(origin).read_text("utf-8")
        except FileNotFoundError:
            return None

    def _write(self, path: Path, note: str) -> None:
        """Put the file in its place whole, on the disk and not only in memory."""
        new = path.with_suffix(f"{path.suffix}.new")
        with new.open("w", encoding="utf-8") as file:
            file.write(note)
            file.flush()
            os.fsync(file.fileno())
        new.replace(path)
        _sync_folder(path.parent)

    @contextmanager
    def _locked(self, origin: str) -> Iterator[None]:
        """One at a time, whichever thread or process it is."""
        with self._file(origin).with_suffix(".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield


def load_key(path: Path) -> Ed25519PrivateKey:
    """The key in this file, which is made with a new key if it is not there.

    Raises BadKeyFile if others may read it, or it holds no key.
    """
    try:
        file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        if path.stat().st_mode & 0o077:
            raise BadKeyFile(f"{path}: others may read it; its mode must be 600")
    else:
        seed = Ed25519PrivateKey.generate().private_bytes_raw()
        with os.fdopen(file, "wb") as new:
            new.write(base64.b64encode(seed) + b"\n")
            new.flush()
            os.fsync(new.fileno())
        _sync_folder(path.parent)
    try:
        seed = base64.b64decode(path.read_text("utf-8").strip(), validate=True)
        return Ed25519PrivateKey.from_private_bytes(seed)
    except ValueError:
        raise BadKeyFile(f"{path}: it holds no key of 32 bytes in base64")


class Server(ThreadingHTTPServer):
    """A thread a connection, but no more than `MOST_CONNECTIONS`: the oldest gives way to the new.

    An honest client is done within milliseconds. So neither many clients nor slow ones can keep
    it waiting, whether it comes by itself or through the same proxy as they.
    """

    request_queue_size = MOST_CONNECTIONS

    def __init__(self, address: tuple[str, int], handler: type[BaseHTTPRequestHandler]) -> None:
        super().__init__(address, handler)
        self._opened: dict[socket.socket, float] = {}  # each with when it came, oldest first
        self._lock = threading.Lock()

    def process_request(self, request: Any, client_address: Any) -> None:
        """Take a new connection."""
        with self._lock:
            if len(self._opened) >= MOST_CONNECTIONS:
                self._end(next(iter(self._opened)))
            self._opened[request] = time.monotonic()
        super().process_request(request, client_address)

    def service_actions(self) -> None:
        """End whatever had its time: a byte now and then does not lengthen it."""
        too_early = time.monotonic() - TIMEOUT_SECONDS
        with self._lock:
            for connection in [c for c, came in self._opened.items() if came < too_early]:
                self._end(connection)

    def shutdown_request(self, request: Any) -> None:
        """Let go of a connection that is done."""
        with self._lock:
            self._opened.pop(request, None)
        super().shutdown_request(request)

    def _end(self, connection: socket.socket) -> None:
        """Wake the connection's thread, which reads nothing more and closes it."""
        del self._opened[connection]
        with suppress(OSError):
            connection.shutdown(socket.SHUT_RDWR)


def serve(witness: Witness, host: str, port: int, *, clock: Callable[[], datetime]) -> Server:
    """A server on this address, ready to run: `add-checkpoint`, `checkpoint?origin=`, `key`."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        timeout = TIMEOUT_SECONDS

        def do_GET(self) -> None:
            asked = urlsplit(self.path)
            if asked.path == "/checkpoint":
                origin = parse_qs(asked.query).get("origin", [""])[0]
                self._answer(witness.newest(origin))
            elif asked.path == "/key":
                self._answer(Answer(200, f"{witness.verifier_key}\n"))
            else:
                self._answer(Answer(404, "nothing is here\n"))

        def do_POST(self) -> None:
            length = self.headers.get("Content-Length", "")
            if not re.fullmatch(r"[0-9]{1,7}", length) or int(length) > LARGEST_REQUEST:
                self._answer(Answer(400, "the request is too long, or says not how long\n"))
                return
            body = self.rfile.read(int(length))
            if len(body) < int(length):
                self.close_connection = True  # broken off: there is nobody to answer
                return
            if self.path != "/add-checkpoint":
                self._answer(Answer(404, "nothing is here\n"))
                return
            try:
                text = body.decode()
            except UnicodeDecodeError:
                self._answer(Answer(400, "not UTF-8\n"))
                return
            self._answer(witness.add_checkpoint(text, now=clock()))

        def _answer(self, answer: Answer) -> None:
            content = answer.text.encode()
            self.send_response(answer.status)
            self.send_header("Content-Type", answer.content_type)
            self.send_header("Content-Length", str(len(content)))
            self.send_header("Connection", "close")  # and make room
            self.end_headers()
            self.wfile.write(content)

    return Server((host, port), Handler)


def _parse(request: str) -> tuple[int, list[bytes], str]:
    """(old size, consistency proof, checkpoint) of a request. Raises ValueError."""
    head, _, note = request.partition("\n\n")
    first, *lines = head.split("\n")
    if not re.fullmatch(r"old (0|[1-9][0-9]{0,18})", first) or len(lines) > _MOST_HASHES:
        raise ValueError("the request does not begin with an old size and a proof")
    path = [base64.b64decode(line, validate=True) for line in lines]
    if any(len(hash_) != 32 for hash_ in path):
        raise ValueError("a hash of the proof is damaged")
    return int(first[4:]), path, note


def _conflict(size: int) -> Answer:
    return Answer(409, f"{size}\n", "text/x.tlog.size")


def _sync_folder(folder: Path) -> None:
    """A file's new name is on the disk only once its folder is."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
