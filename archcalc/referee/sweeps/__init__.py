"""Many variants of one network: which of them fit, and which are beaten by none."""
