"""Lists of gifts from a file: read, looked at, recorded whole, and undone whole."""
