"""The file itself: it stands alone, runs nothing but its own script, and no name is markup."""

from __future__ import annotations

import re
import subprocess
import sys
from base64 import b64encode
from hashlib import sha256
from html.parser import HTMLParser
from json import loads
from pathlib import Path
from zipfile import ZipFile

import pytest

from archcalc import count, load
from archcalc.page.document import SCRIPTS, json
from archcalc.page.page import page

FOLDER = Path(__file__).parents[2] / "archcalc" / "page"
OTHERS = ("editor.js", "page.html", "page.css")
HOSTILE = "</script><script>alert(1)</script><img src=x onerror=alert(1)>"


class Parts(HTMLParser):
    """Collects the elements of a page, with the text of scripts and styles."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.texts: dict[str, str] = {}
        self._inside = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note an element."""
        self.tags.append((tag, dict(attrs)))
        self._inside = f"{tag} {dict(attrs).get('type') or ''}".strip()

    def handle_endtag(self, tag: str) -> None:  # noqa: ARG002 - the parser's own name
        """Leave an element."""
        self._inside = ""

    def handle_data(self, data: str) -> None:
        """Keep a text."""
        self.texts[self._inside] = self.texts.get(self._inside, "") + data


def hashed(text: str) -> str:
    return f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'"


def test_only_its_own_script_and_style_may_run() -> None:
    parts = Parts(page([count("lenet5")]))
    (policy,) = (at["content"] for tag, at in parts.tags if at.get("http-equiv"))

    assert str(policy).split("; ") == [
        "default-src 'none'",
        f"script-src {hashed(parts.texts['script'])}",
        f"style-src {hashed(parts.texts['style'])}",
        "img-src data:",
        "base-uri 'none'",
        "form-action 'none'",
    ]


def test_nothing_is_fetched() -> None:
    parts = Parts(page([count("resnet18")]))
    urls = set(re.findall(r"https?://[^\s\"'<>]*", parts.texts["script"] + parts.texts["style"]))

    assert urls == {"http://www.w3.org/2000/svg"}  # the name of a language, which is no address
    assert not [at for _, at in parts.tags if at.keys() & {"src", "href", "action"}]


def test_no_name_is_markup() -> None:
    net = {"name": HOSTILE, "source": HOSTILE, "input": "1x4x4"}
    text = page([count(load({**net, "layers": [{"name": "a", "conv": 1, "kernel": 1}]}))])
    parts = Parts(text)
    data = loads(parts.texts["script application/json"])

    assert [tag for tag, _ in parts.tags].count("script") == 2
    assert "img" not in [tag for tag, _ in parts.tags]
    assert data["networks"][0]["name"] == HOSTILE
    assert parts.texts["title"].startswith(HOSTILE)


@pytest.mark.parametrize("odd", ["\u2028", "\u202e", "\x00", "\ud800", "<!--", "]]>", "&lt;"])
def test_json_holds_any_text(odd: str) -> None:
    written = json({"name": odd})

    assert loads(written) == {"name": odd}
    assert written.isprintable()
    assert not set(written) & set("<>&")


@pytest.mark.parametrize("name", [path.name for path in sorted(FOLDER.glob("*.js"))])
def test_scripts_make_no_markup_and_run_no_text(name: str) -> None:
    text = (FOLDER / name).read_text("utf-8")
    banned = r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b|new Function|srcdoc"

    assert not re.findall(banned, text)
    assert len(text.splitlines()) <= 300


def test_every_script_has_its_place() -> None:
    assert sorted([*SCRIPTS, "editor.js"]) == sorted(path.name for path in FOLDER.glob("*.js"))


def test_a_wheel_holds_the_files_of_the_page(tmp_path: Path) -> None:
    pytest.importorskip("hatchling")
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(build, cwd=FOLDER.parents[1], check=True, capture_output=True)  # noqa: S603
    (wheel,) = tmp_path.glob("*.whl")
    names = set(ZipFile(wheel).namelist())

    assert names >= {f"archcalc/page/{name}" for name in (*SCRIPTS, *OTHERS)}
