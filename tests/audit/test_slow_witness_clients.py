"""Whoever is slow, or opens many connections, does not keep a witness from signing for others."""

import socket
import threading
import time
from contextlib import ExitStack

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from fund.audit import merkle, notes, witness
from fund.gateways import witness as gateway
from tests.audit.factories import Hashes
from tests.audit.witnessing import witness_served

NAME = "slow.example/log"
TREE = Hashes([merkle.leaf_hash(str(number).encode()) for number in range(9)])
BEGUN = b"POST /add-checkpoint HTTP/1.1\r\nHost: w\r\nContent-Length: 400\r\n\r\nold 0"


@pytest.fixture
def seconds():
    return 60


@pytest.fixture
def server(app, tmp_path, monkeypatch, seconds):
    """A witness that gives each connection so many seconds."""
    monkeypatch.setattr(witness, "TIMEOUT_SECONDS", seconds)
    key = notes.verifier_key(1, NAME)
    own = witness.Witness("w.example", Ed25519PrivateKey.generate(), [key], tmp_path)
    with witness_served(own) as server:
        yield server


@pytest.fixture
def connect(server):
    """Opens a connection and sends something."""
    with ExitStack() as stack:

        def connect(sent: bytes) -> socket.socket:
            client = socket.create_connection(server.server_address, timeout=5)
            stack.enter_context(client)
            client.sendall(sent)
            return client

        yield connect


def is_ended(client: socket.socket) -> bool:
    try:
        return client.recv(1) == b""
    except ConnectionResetError:
        return True


def submit(server) -> int:
    note = notes.sign(NAME, 9, merkle.root(TREE, 9), [1])
    return gateway.add_checkpoint(f"http://127.0.0.1:{server.server_port}", f"old 0\n\n{note}")[0]


def test_the_oldest_of_too_many_connections_gives_way_to_whoever_comes(server, connect):
    before = threading.active_count()
    many = [connect(BEGUN) for _ in range(witness.MOST_CONNECTIONS + 10)]
    begun = time.monotonic()
    assert submit(server) == 200
    assert time.monotonic() - begun < 2
    # The one that signed took a place too, and has left it.
    assert all(is_ended(client) for client in many[:11])
    assert threading.active_count() - before <= witness.MOST_CONNECTIONS
    many[-1].settimeout(0.2)
    with pytest.raises(TimeoutError):
        many[-1].recv(1)


@pytest.mark.parametrize("seconds", [1])
def test_a_client_that_sends_a_byte_now_and_then_is_not_waited_for(server, connect):
    client = connect(BEGUN)
    begun = time.monotonic()
    client.settimeout(0.1)
    while time.monotonic() - begun < 5:
        try:
            client.sendall(b"x")
            if client.recv(1) == b"":
                break
        except TimeoutError:
            continue
        except ConnectionError:
            break
    assert 0.8 < time.monotonic() - begun < 4
    assert submit(server) == 200


def test_a_request_that_was_broken_off_is_not_read_as_a_shorter_one(connect, capfd):
    client = connect(BEGUN)
    client.shutdown(socket.SHUT_WR)
    assert is_ended(client)
    assert "Traceback" not in capfd.readouterr().err


def test_one_connection_is_for_one_request(connect):
    client = connect(b"GET /key HTTP/1.1\r\nHost: w\r\n\r\n")
    answer = b""
    while part := client.recv(4096):
        answer += part
    assert b"Connection: close" in answer
