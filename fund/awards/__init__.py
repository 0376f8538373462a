"""Awards, conditions, acceptance, instalments, evidence."""
