"""Networks beside each other, and against limits."""
