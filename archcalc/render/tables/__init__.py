"""Results → tables, a module for each kind of result."""
