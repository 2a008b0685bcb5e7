"""What is no test of its own: it needs PyTorch to be imported."""

collect_ignore = ["peer.py", "written.py", "modules.py", "small.py", "tools.py", "zoo.py"]
