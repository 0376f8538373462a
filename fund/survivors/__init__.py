"""The vault: identity, guardians, consent, documents."""
