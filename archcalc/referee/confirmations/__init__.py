"""Rule against witness: what is claimed, and what was found by running it."""
