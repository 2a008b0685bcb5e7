"""From plain values to what people read: one `Table`, and the writers that print it."""
