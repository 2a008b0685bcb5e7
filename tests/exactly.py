"""Messages as `pytest.raises` compares them: the whole text, and nothing beside it."""

from __future__ import annotations

import re


def exactly(message: str) -> str:
    """Match a message from its first letter to its last.

    >>> bool(re.search(exactly("not `a*`"), "not `a*`")), bool(re.search(exactly("a"), "ab"))
    (True, False)
    """
    return rf"\A{re.escape(message)}\Z"
