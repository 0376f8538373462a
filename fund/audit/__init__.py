"""Append-only Merkle log: events, sequencer, checkpoints, proofs."""
