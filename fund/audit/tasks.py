"""The rounds of the worker's loops: number what settled, sign what happened, tell the witnesses."""

import structlog

from config.settings import WitnessAddress
from fund import clock, db
from fund.audit import checkpoints, cosignatures, operations, witnesses
from fund.errors import Unavailable, where
from fund.gateways import witness as gateway

log = structlog.get_logger(__name__)


def sequence_events() -> None:
    """Put everything that settled into the tree, a transaction a batch."""
    while True:
        with db.transaction() as session:
            added = operations.sequence(session)
        if added < operations.BATCH:
            return


def sign_tree() -> None:
    """Sign the tree if something happened."""
    with db.transaction() as session:
        checkpoints.sign_checkpoint(session, now=clock.now())


def send_to_witnesses() -> None:
    """Send the newest checkpoint to each witness that has not signed it, and keep what they sign.

    One that fails does not keep the others from it; it is asked again in the next round.
    """
    for address in witnesses.configured():
        name = address.key.name
        try:
            _send(address)
        except Unavailable as fault:
            log.warning("witness_silent", witness=name, **fault.params)
        except Exception as error:  # whatever a stranger's server answers
            log.error("witness_failed", witness=name, **where(error))


def _send(address: WitnessAddress, old_size: int | None = None) -> None:
    with db.transaction() as session:
        submission = witnesses.next_submission(session, address, old_size=old_size)
    if submission is None:
        return
    status, text = gateway.add_checkpoint(address.url, submission.body)
    if status == 200:
        _keep(address, submission, text)
    elif status == 409 and old_size is None and text.strip().isdecimal():
        seen = int(text)
        if seen < submission.size:
            _send(address, seen)  # our memory of it was older than its own
            return
        # It signed a longer log, or another of this size: ours was cut off or forked.
        log.error("witness_saw_another_log", witness=address.key.name, seen=seen)
    else:
        log.error("witness_refused", witness=address.key.name, status=status, size=submission.size)


def _keep(address: WitnessAddress, submission: witnesses.Submission, lines: str) -> None:
    found = cosignatures.find(submission.note + lines, address.key)
    if found is None:
        raise ValueError("the witness did not sign with its key")
    line, at = found
    with db.transaction() as session:
        checkpoints.keep_cosignature(
            session, submission.size, address.key.name, line, at=at, now=clock.now()
        )
