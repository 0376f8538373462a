"""The practice world says plainly why it does not start."""

import dataclasses
import os
import socket
import subprocess
import sys

import pytest
from flask import Flask

from config.settings import ROOT


def start(**environ: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "fund.sandbox.run"],
        env=os.environ | environ, cwd=ROOT, capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip


def test_a_taken_port_is_named_before_anything_is_started():
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        done = start(FUND_BIND=f"127.0.0.1:{port}")
    assert done.returncode == 1
    assert str(port) in done.stderr
    assert "PostgreSQL" not in done.stdout


def test_it_does_not_start_in_production():
    done = start(FUND_ENV="production")
    assert done.returncode == 1
    assert "does not start in production" in done.stderr


def test_the_demo_world_is_never_loaded_in_production(app: Flask, monkeypatch: pytest.MonkeyPatch):
    settings = dataclasses.replace(app.config["SETTINGS"], env="production")
    monkeypatch.setitem(app.config, "SETTINGS", settings)
    done = app.test_cli_runner().invoke(args=["demo"])
    assert done.exit_code == 1
    assert "never loaded in production" in done.output


def test_without_the_practice_stripe_the_demo_world_says_so(
    app: Flask, connection, monkeypatch: pytest.MonkeyPatch
):
    settings = dataclasses.replace(app.config["SETTINGS"], stripe_api_base="http://127.0.0.1:9")
    monkeypatch.setitem(app.config, "SETTINGS", settings)
    done = app.test_cli_runner().invoke(args=["demo", "--json"])
    assert done.exit_code == 1
    assert "practice Stripe is needed" in done.output
