"""Networks as pictures: boxes and arrows, planes, charts."""
