"""Policy, docket, recusal, scores, votes, decisions."""
