"""The language of specs: text → marked tree → spec, and the library of networks."""
