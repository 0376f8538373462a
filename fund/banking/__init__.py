"""What the offices' banks say, line by line, and what each line is in the books."""
