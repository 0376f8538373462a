"""A witness is held to what it cosigned for us, and our own log to what we kept of it."""

import json

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from config.settings import WitnessAddress
from fund import clock, db
from fund.audit import cosignatures, notes, queries, tasks, witness, witnesses
from tests.audit.factories import sealed_log, sequence_all, superuser
from tests.audit.witnessing import witness_served

NAME = "w.example"


class Interrupted(witness.Witness):
    """Just after it answered what it saw last, something else happens."""

    meanwhile = staticmethod(lambda: None)

    def newest(self, origin):
        answer = super().newest(origin)
        self.meanwhile()
        return answer


@pytest.fixture
def own(app, fresh_url, tmp_path):
    """A witness that cosigned a log of 3, and then one of 14; commits are real."""
    key = notes.verifier_key(1, notes.origin())
    own = Interrupted(NAME, Ed25519PrivateKey.generate(), [key], tmp_path)
    with witness_served(own) as server:
        url = f"http://127.0.0.1:{server.server_port}"
        witnesses.init([WitnessAddress(url, own.verifier_key)])
        grow(3)
        own.kept = next(tmp_path.glob("*.checkpoint"))
        own.first = own.kept.read_text()
        grow(8)
        yield own
        witnesses.init(())


def grow(count):
    sealed_log(count)
    tasks.send_to_witnesses()
    sequence_all()


def found(app):
    done = app.test_cli_runner().invoke(args=["audit", "verify", "--json"])
    findings = json.loads(done.stdout)["findings"]
    assert done.exit_code == bool(findings)
    return [(finding["kind"], finding["row"], finding["what"]) for finding in findings]


def test_a_witness_that_stands_by_what_it_signed_is_no_finding(own, app):
    assert found(app) == []


def test_what_a_witness_signs_while_we_read_is_not_held_against_it(own, app):
    own.meanwhile = lambda: grow(2)
    assert found(app) == []


def test_a_witness_that_went_back_contradicts_itself_and_the_log_is_not_at_fault(own, app):
    own.kept.write_text(own.first)
    what = "the witness contradicts itself: it cosigned a log of 14 leaves, and says now that it"
    assert found(app) == [("inconsistent", f"witness {NAME}", f"{what} saw one of 3")]
    own.kept.unlink()
    assert found(app) == [("inconsistent", f"witness {NAME}", f"{what} saw none")]


def test_a_witness_that_signed_two_logs_of_one_size_contradicts_itself(own, app):
    other = notes.sign(notes.origin(), 14, bytes(32), [1])
    line = cosignatures.cosign(other, NAME, own.private_key, now=clock.now())
    own.kept.write_text(other + line)
    forked, contradicts = found(app)
    assert forked[:2] == ("forked", f"witness {NAME}")  # the log's key signed both, too
    assert contradicts == (
        "inconsistent",
        f"witness {NAME}",
        "the witness contradicts itself: it cosigned two logs of 14 leaves",
    )


def test_a_line_that_the_witness_did_not_sign_is_ours_to_answer_for(own, app, fresh_url):
    with db.reading() as session:
        note = queries.get_checkpoint(session).note
    line = cosignatures.cosign(note, NAME, own.private_key, now=clock.now())
    _, at = cosignatures.find(note + line, own.verifier_key)
    forged = notes.signature_line(own.verifier_key, int(at.timestamp()).to_bytes(8) + bytes(64))
    own.kept.write_text(own.first)
    with superuser(fresh_url) as connection:
        connection.execute(
            "UPDATE audit.cosignature SET line = %s, at = %s WHERE size = 14",
            [forged, at],
        )
        connection.execute(
            "UPDATE audit.event SET data = data || jsonb_build_object('line_sha256',"
            " encode(sha256(convert_to(%s, 'UTF8')), 'hex'))"
            " WHERE name = 'checkpoint_witnessed' AND data ->> 'size' = '14'",
            [forged],
        )
    said = ("edited", f"cosignature 14 by {NAME}", "the witness did not sign it")
    assert said in found(app)
    assert "inconsistent" not in {kind for kind, *_ in found(app)}


def test_a_cosignature_ahead_of_all_checkpoints_shows_that_the_tail_is_gone(own, app, fresh_url):
    witnesses.init(())  # nobody needs to be asked
    with superuser(fresh_url) as connection:
        tail = "SELECT event_id FROM audit.leaf WHERE index >= 3"
        connection.execute(f"DELETE FROM audit.event WHERE id IN ({tail})")
        connection.execute("DELETE FROM audit.leaf WHERE index >= 3")
        connection.execute("DELETE FROM audit.checkpoint WHERE size > 3")
    what = "the checkpoint that it signed is gone, the newest one left is of 3 leaves"
    assert ("truncated", f"cosignature 14 by {NAME}", what) in found(app)
