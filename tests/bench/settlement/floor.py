"""The floor that the webhook is measured against: a view that checks the signature and does one
INSERT of the body as it is, and nothing else. Served by the same gunicorn, from the same database.
"""

import os

import stripe
from flask import Flask, request
from sqlalchemy import text

from fund import db

app = Flask(__name__)
engine = db.make_engine(os.environ["DATABASE_URL"])
secret = os.environ["FLOOR_SECRET"]
INSERT = text("INSERT INTO floor (body) VALUES (:body)")


@app.post("/webhooks/stripe/<office>")
def webhook(office: str) -> tuple[str, int]:
    body = request.get_data()
    try:
        stripe.WebhookSignature.verify_header(body, request.headers["Stripe-Signature"], secret)
    except stripe.SignatureVerificationError:
        return office, 400
    with engine.begin() as connection:
        connection.execute(INSERT, {"body": body})
    return "", 200
