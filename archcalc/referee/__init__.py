"""The questions asked of a count: where it comes from, and how it stands to others."""
