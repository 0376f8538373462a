"""Every fault of the environment is named at once; production takes nothing of practice."""

import base64
import json
import os
import subprocess
import sys

import pytest

from config import settings as config
from config.settings import ROOT, ConfigurationError, Settings
from fund.crypto import VerifierKey


def _key(number: int) -> str:
    return base64.urlsafe_b64encode(bytes([number]) * 32).decode().rstrip("=")


REAL = {
    "FUND_ENV": "production",
    "FUND_SECRET_KEY": "s" * 64,
    "FUND_KEYRING": f"k2:{_key(2)},k1:{_key(1)},index:{_key(3)},log:{_key(4)}",
    "FUND_BASE_URL": "https://fund.example/",
    "DATABASE_URL": "postgresql://fund_app:x@127.0.0.1/fund",
    "STRIPE_API_KEY_NZ": "sk_live_1",
    "STRIPE_WEBHOOK_SECRET_NZ": "whsec_1",
    "SMTP_URL": "smtp://mail.example:587?from=fund@fund.example",
    "STORAGE_URL": "file:///srv/fund/documents",
}


WITNESS = str(VerifierKey("w.example/1", VerifierKey.WITNESS, bytes(32)))
LOG = str(VerifierKey("fund.example/log", VerifierKey.LOG, bytes(32)))


def _faults(environ):
    with pytest.raises(ConfigurationError) as error:
        Settings.from_environ(environ)
    return error.value.faults


def test_practice_starts_with_nothing_set():
    settings = Settings.from_environ({})
    assert not settings.is_production
    assert settings.stripe_api_base == config.TWIN_BASE
    assert list(settings.stripe) == ["nz"]


def test_production_takes_a_whole_environment():
    settings = Settings.from_environ(REAL)
    assert settings.is_production
    assert settings.base_url == "https://fund.example"
    assert settings.stripe["nz"].is_live
    assert settings.stripe_api_base is None
    assert settings.keyring.newest == "k2"


def test_witnesses_and_further_seeds_of_the_log_are_read():
    other = str(VerifierKey("w.example/2", VerifierKey.WITNESS, bytes(32)))
    settings = Settings.from_environ(
        REAL
        | {
            "FUND_KEYRING": f"{REAL['FUND_KEYRING']},log2:{_key(5)}",
            "FUND_WITNESSES": f"https://w.example/one/ {WITNESS}, https://w2.example {other}",
        }
    )
    assert settings.keyring.log_seeds == {1: bytes([4]) * 32, 2: bytes([5]) * 32}
    assert [(w.url, str(w.key)) for w in settings.witnesses] == [
        ("https://w.example/one", WITNESS),
        ("https://w2.example", other),
    ]


def test_production_names_everything_that_is_missing_at_once():
    faults = "\n".join(_faults({"FUND_ENV": "production"}))
    for name in REAL.keys() - {"FUND_ENV"} - {n for n in REAL if n.startswith("STRIPE_")}:
        assert name in faults


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("FUND_ENV", "prod"),
        ("FUND_SECRET_KEY", config.PRACTICE_SECRET_KEY),
        ("FUND_SECRET_KEY", "short"),
        ("FUND_SECRET_KEY", ""),
        ("FUND_KEYRING", config.PRACTICE_KEYRING),
        ("FUND_KEYRING", f"k1:{_key(1)},{config.PRACTICE_KEYRING}"),
        ("FUND_KEYRING", f"k1:{_key(1)},index:{_key(3)}"),
        ("FUND_KEYRING", f"index:{_key(3)},log:{_key(4)}"),
        ("STRIPE_API_KEY_NZ", "sk_test_1"),
        ("FUND_BASE_URL", "http://fund.example"),
        ("FUND_BASE_URL", "https://"),
        ("FUND_BASE_URL", "fund.example"),
        ("DATABASE_URL", "mysql://fund"),
        ("DATABASE_OWNER_URL", "fund"),
        ("DATABASE_READ_URL", "fund"),
        ("STRIPE_API_KEY_NZ", ""),
        ("STRIPE_API_KEY_NZ", config.PRACTICE_OFFICE[1]),
        ("STRIPE_API_KEY_NZ", "pk_live_1"),
        ("STRIPE_WEBHOOK_SECRET_NZ", ""),
        ("STRIPE_WEBHOOK_SECRET_NZ", config.PRACTICE_OFFICE[2]),
        ("STRIPE_WEBHOOK_SECRET_JP", "whsec_alone"),
        ("STRIPE_API_BASE", config.TWIN_BASE),
        ("STRIPE_API_BASE", "http://127.0.0.1:8010/.stripe.com"),
        ("STRIPE_API_BASE", "http://api.stripe.com"),
        ("SMTP_URL", ""),
        ("SMTP_URL", "mail.example"),
        ("SMTP_URL", config.PRACTICE_SMTP),
        ("STORAGE_URL", ""),
        ("STORAGE_URL", "/srv/fund"),
        ("FUND_KEYRING", f"k1:{_key(1)},index:{_key(3)},log1:{_key(4)}"),
        ("FUND_WITNESSES", f"http://w.example {WITNESS}"),
        ("FUND_WITNESSES", "https://w.example"),
        ("FUND_WITNESSES", f"https://w.example {LOG}"),
        ("FUND_WITNESSES", f"https://w.example {WITNESS[:-4]}"),
        ("FUND_WITNESSES", f"https://w.example {WITNESS},https://w2.example {WITNESS}"),
    ],
)
def test_production_refuses(name, value):
    assert len(_faults(REAL | {name: value})) == 1


def test_practice_too_refuses_what_it_cannot_use():
    faults = _faults({"FUND_KEYRING": "k1:short", "SMTP_URL": "x", "DATABASE_URL": "sqlite://"})
    assert len(faults) == 3


def test_settings_do_not_print_their_secrets():
    shown = repr(Settings.from_environ(REAL))
    for name in ("FUND_SECRET_KEY", "FUND_KEYRING", "DATABASE_URL", "SMTP_URL"):
        assert REAL[name] not in shown
    assert "sk_live_1" not in shown


LOOK = """
import json
from fund import create_app
app = create_app()
client = app.test_client()
print(json.dumps({
    "blueprints": sorted(app.blueprints),
    "sandbox": [client.get(path).status_code for path in ("/sandbox/mail", "/sandbox/tour")],
    "form_targets": app.config["FORM_TARGETS"],
    "secure": app.config["SESSION_COOKIE_SECURE"],
    "health": client.get("/healthz").status_code,
}))
"""


def _run(*arguments: str) -> subprocess.CompletedProcess:
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), **REAL}
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=30,
    )


def test_a_production_service_has_no_practice_world():
    found = json.loads(_run("-c", LOOK).stdout)
    assert "sandbox" not in found["blueprints"]
    assert found["sandbox"] == [404, 404]
    assert found["form_targets"] == ["https://checkout.stripe.com"]
    assert found["secure"] is True
    assert found["health"] == 200


def test_production_does_not_load_the_demo_world():
    done = _run("-m", "flask", "--app", "wsgi", "demo", "--json")
    assert done.returncode == 1
    assert "never" in json.loads(done.stdout)["findings"][0]


@pytest.mark.parametrize("module", ["run", "stripe_twin", "mailbox"])
def test_production_starts_no_part_of_the_practice_world(module):
    done = _run("-m", f"fund.sandbox.{module}")
    assert done.returncode == 1
    assert "production" in done.stderr


def test_production_does_not_start_a_database_of_its_own():
    done = _run("-m", "flask", "--app", "wsgi", "db", "check")
    assert done.returncode == 2
    assert "DATABASE_OWNER_URL" in done.stderr


def test_a_service_that_cannot_start_says_why_in_plain_lines():
    faulty = {k: v for k, v in os.environ.items() if not k.startswith(("FUND_", "STRIPE_"))}
    done = subprocess.run(
        [sys.executable, "-c", "import wsgi"],
        env=faulty | {"FUND_ENV": "production"}, cwd=ROOT, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 2
    assert "FUND_KEYRING" in done.stderr
    assert "Traceback" not in done.stderr
