"""Signed webhooks, sent as fast as they are taken, over connections that stay open."""

import hashlib
import hmac
import multiprocessing
import socket
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

SECRET = "whsec_practice_nz"
_context = multiprocessing.get_context("fork")


class Line:
    """One connection of Stripe's to the service."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._open()

    def _open(self) -> None:
        self._socket = socket.create_connection(("127.0.0.1", self._port), timeout=60)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def send(self, body: bytes) -> int:
        """The status that it was answered with; a worker that ends between two is no fault."""
        request = _signed(body)
        for _ in range(5):
            try:
                self._socket.sendall(request)
                answer = self._socket.recv(4096)
            except ConnectionError:
                answer = b""
            if answer:
                return int(answer[9:12])
            self._socket.close()
            self._open()
        return 0

    def close(self) -> None:
        self._socket.close()


def _signed(body: bytes) -> bytes:
    at = int(time.time())
    digest = hmac.new(SECRET.encode(), b"%d." % at + body, hashlib.sha256).hexdigest()
    return (
        b"POST /webhooks/stripe/nz HTTP/1.1\r\nHost: localhost\r\n"
        b"Content-Type: application/json\r\nStripe-Signature: t=%d,v1=%s\r\n"
        b"Content-Length: %d\r\n\r\n" % (at, digest.encode(), len(body))
    ) + body


def in_seconds(port: int, make: Callable[[], bytes], lines: int, seconds: float) -> float:
    """How many a second are taken by `port`, from two processes with `lines` connections each."""
    counts = _context.Queue()

    def work() -> None:
        until = time.perf_counter() + seconds

        def one(line: Line) -> int:
            count = 0
            while time.perf_counter() < until:
                if line.send(make()) != 200:
                    return -(10**9)
                count += 1
            return count

        with ThreadPoolExecutor(lines) as pool:
            counts.put(sum(pool.map(one, [Line(port) for _ in range(lines)])))

    started = [_context.Process(target=work) for _ in range(2)]
    for process in started:
        process.start()
    total = sum(counts.get(timeout=60) for _ in started)
    for process in started:
        process.join()
    return float(total) / seconds


def all_of(port: int, bodies: Sequence[bytes], lines: int) -> multiprocessing.Process:
    """Send them in the background, in this order as far as `lines` connections keep one."""

    def work() -> None:
        pending = iter(bodies)

        def one(line: Line) -> None:
            for body in pending:
                assert line.send(body) == 200

        with ThreadPoolExecutor(lines) as pool:
            list(pool.map(one, [Line(port) for _ in range(lines)]))

    process = _context.Process(target=work)
    process.start()
    return process
