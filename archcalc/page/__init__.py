"""Networks as a page for a browser: one file, or served beside an editor."""
