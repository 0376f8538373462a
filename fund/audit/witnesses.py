"""Witnesses from the log's side: send them new checkpoints, keep what they sign, ask what they saw.

A witness keeps only checkpoints, and signs one only if it leads on from the one before. So a log
that was rewritten, or cut off behind a checkpoint that a witness saw, cannot get a signature again.
"""

import base64
from collections.abc import Sequence
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from config.settings import WitnessAddress
from fund.audit import cosignatures, merkle, notes, queries, verify
from fund.audit.models import Checkpoint, Cosignature
from fund.audit.tree import StoredTree
from fund.errors import Unavailable
from fund.gateways import witness as gateway

_witnesses: tuple[WitnessAddress, ...] = ()


@dataclass(frozen=True)
class Seen:
    """The newest checkpoint that a witness cosigned, checked against the witness's own key.

    `size` 0 and no root or note: it saw none so far. With a `fault` nothing is known: it did not
    answer, or its answer does not verify.
    """

    url: str
    name: str
    size: int = 0
    root: bytes | None = None
    note: str | None = None
    fault: str | None = None


@dataclass(frozen=True)
class Kept:
    """The largest checkpoint of ours that a witness cosigned, as its line and our note say.

    `is_signed`: the line is the witness's own, so that it cannot unsay it.
    """

    name: str
    size: int
    root: bytes | None
    is_signed: bool


def init(witnesses: Sequence[WitnessAddress]) -> None:
    """Use these from now on."""
    global _witnesses
    _witnesses = tuple(witnesses)


def configured() -> tuple[WitnessAddress, ...]:
    """The witnesses of this log (`FUND_WITNESSES`)."""
    return _witnesses


def list_seen(keys: Sequence[str]) -> list[Seen]:
    """What each configured witness saw last of the log with these verifier keys.

    `keys`: all of `queries.list_signing_keys`, or one. Asks over the network: never inside a
    transaction.
    """
    return [_seen_by(address, keys) for address in _witnesses]


def list_kept(session: Session) -> list[Kept]:
    """What the configured witnesses cosigned for us, by what we kept of it.

    To be read before they are asked (`list_seen`): meanwhile they may sign more.
    """
    return [kept for address in _witnesses if (kept := _find_kept(session, address))]


@dataclass(frozen=True)
class Submission:
    """A checkpoint on its way to a witness: how far the witness knows the log, and the request."""

    old_size: int
    size: int
    note: str
    body: str


def next_submission(
    session: Session, address: WitnessAddress, *, old_size: int | None = None
) -> Submission | None:
    """The newest checkpoint for this witness, or None if it signed that already.

    `old_size` is what the witness says it saw last; None takes what we have of it.
    """
    newest = queries.find_checkpoint(session)
    signed = select(func.max(Cosignature.size)).where(Cosignature.witness == address.key.name)
    kept = session.scalar(signed) or 0
    if newest is None or newest.size == kept:
        return None
    old = kept if old_size is None else old_size
    path = []
    if 0 < old < newest.size:
        path = merkle.consistency(StoredTree(session), old, newest.size)
    proof = "".join(f"{base64.b64encode(hash_).decode()}\n" for hash_ in path)
    return Submission(old, newest.size, newest.note, f"old {old}\n{proof}\n{newest.note}")


def _find_kept(session: Session, address: WitnessAddress) -> Kept | None:
    """None too if the line is by another key of that name, which we do not know."""
    name = address.key.name
    newest = (
        select(Cosignature.size, Checkpoint.note + Cosignature.line)
        .join(Checkpoint, Checkpoint.size == Cosignature.size)
        .where(Cosignature.witness == name)
        .order_by(Cosignature.size.desc())
        .limit(1)
    )
    for size, note in session.execute(newest):
        try:
            if cosignatures.find(note, address.key) is None:
                return None
            return Kept(name, *notes.head(note), is_signed=True)
        except ValueError:
            return Kept(name, size, None, is_signed=False)
    return None


def _seen_by(address: WitnessAddress, keys: Sequence[str]) -> Seen:
    url, name = address.url, address.key.name
    try:
        status, text = gateway.newest_checkpoint(url, keys[0].partition("+")[0])
    except Unavailable:
        return Seen(url, name, fault="it does not answer")
    if status == 404:
        return Seen(url, name)
    try:
        _, size, root = verify.open_checkpoint(text, *keys)
        found = cosignatures.find(text, address.key)
    except (ValueError, verify.DoesNotVerify, InvalidSignature) as fault:
        return Seen(url, name, fault=f"its answer ({status}) does not verify: {fault}")
    if found is None:
        return Seen(url, name, fault="it did not sign its answer")
    return Seen(url, name, size, root, text)
