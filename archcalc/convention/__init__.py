"""Conventions: named ways to turn what a network does into one figure.

Each is a YAML file beside this one: rules for ops, over the `variables` of a layer. Users add
their own with a file. `rule` and `convention` are the values, `reader` makes them of text,
`library` finds them, `figure` applies them to a report.
"""
