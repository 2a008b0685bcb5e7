"""What was printed about a network, and how it stands to the count."""
