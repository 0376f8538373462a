"""The practice world: Stripe twin, demo data, mail viewer. It refuses to start in production."""

import os
import sys


def refuse_production() -> None:
    """End this process if it was started in production."""
    if os.environ.get("FUND_ENV") == "production":
        sys.exit("The practice world does not start in production (FUND_ENV=production).")
