"""Why two figures differ, and what a number may have counted."""
