"""The practice world: Stripe twin, demo data, mail viewer. It refuses to start in production."""
