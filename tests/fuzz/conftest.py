"""What is no test: it is run by itself, and needs atheris to be imported."""

collect_ignore = ["fuzz_reader.py"]
