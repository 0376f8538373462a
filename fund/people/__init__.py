"""Staff: sign-in, second factor, roles."""
