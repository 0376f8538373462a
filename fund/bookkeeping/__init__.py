"""Finance's own entries, rates, funds and periods; what needs two persons, and documents."""
