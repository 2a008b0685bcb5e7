"""The server: it answers its own page alone, and knows one file."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

pytest.importorskip("starlette")
pytest.importorskip("uvicorn")

from archcalc import count, limits
from archcalc.cli.serve import draft
from archcalc.page.document import SCRIPTS
from archcalc.page.worker import Worker
from tests.page.serving import Served, served

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

NET = "name: Mine\ninput: 1x8x8\nlayers: [{conv: 4, kernel: 3}]\n"
DEEP = "input: 1x8x8\nlayers: [{op: relu, repeat: 60000}]\n"


@pytest.fixture(scope="module", name="file")
def _file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path: Path = tmp_path_factory.mktemp("served") / "mine.yaml"
    path.write_text(NET)
    return path


@pytest.fixture(scope="module", name="server")
def _server(file: Path) -> Iterator[Served]:
    with served(draft(str(file))) as found:
        yield found


def test_the_page_is_served_and_kept_by_nobody(server: Served) -> None:
    answer = server.get()

    assert answer.status == 200
    assert '"file":' in answer.text
    assert "connect-src 'self'" in answer.text
    assert answer.headers["content-security-policy"] == "frame-ancestors 'none'"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["cross-origin-resource-policy"] == "same-origin"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "server" not in answer.headers


def test_a_text_is_counted(server: Served) -> None:
    answer = server.post("/count", {"text": NET, "variant": ""})
    network = answer.data["network"]
    names = [each["name"] for each in network["columns"]]

    assert (answer.status, answer.headers["content-type"]) == (200, "application/json")
    assert network["total"][names.index("parameters")] == 3 * 3 * 4 + 4


def test_a_variant_is_counted(server: Served) -> None:
    text = server.post("/library", {"library": "resnet18"}).data["text"]
    data = server.post("/count", {"text": text, "variant": "resnet34"}).data
    names = [each["name"] for each in data["network"]["columns"]]

    assert data["network"]["total"][names.index("macs")] == count("resnet34").total.macs
    assert "resnet152" in data["variants"]


def test_mistakes_stand_at_their_places(server: Served) -> None:
    text = "input: 1x8x8\nlayers:\n- {conv: 4, kernl: 3}\n- {linear: x}\n"

    assert server.post("/count", {"text": text, "variant": ""}).data == {
        "mistakes": [
            {
                "code": "unknown-key",
                "message": "`kernl` is not a key of `conv`",
                "hint": "did you mean `kernel`?",
                "line": 3,
                "column": 13,
                "length": 5,
            },
            {
                "code": "wrong-type",
                "message": "expected a whole number, 1 or more, not `x`",
                "hint": None,
                "line": 4,
                "column": 12,
                "length": 1,
            },
        ],
        "variants": [],
    }


def test_what_another_tool_wrote_is_counted_too(server: Served) -> None:
    text = 'input: "data"\ninput_shape { dim: 1 dim: 3 dim: 8 dim: 8 }\nlayer { name: "c" '
    text += 'type: "Convolution" bottom: "data" top: "c" '
    text += "convolution_param { num_output: 2 kernel_size: 3 } }"
    network = server.post("/count", {"text": text, "variant": ""}).data["network"]

    assert network["kind"] == "Caffe prototxt"
    assert network["total"][0] == 2 * 3 * 3 * 3 + 2


@pytest.mark.parametrize("host", ["evil.example", "evil.example:80", "127.0.0.1.evil.example", ""])
def test_nobody_is_answered_who_calls_it_otherwise(server: Served, host: str) -> None:
    assert server.get(Host=host).status == 400
    question = {"text": NET, "variant": ""}
    assert server.post("/count", question, Host=host, Origin=f"http://{host}").status == 400


@pytest.mark.parametrize("path", ["/count", "/library", "/open", "/save"])
@pytest.mark.parametrize(
    "origin", [None, "null", "http://evil.example", "http://127.0.0.1:1", "https://127.0.0.1"]
)
def test_no_other_page_may_ask(server: Served, file: Path, path: str, origin: str | None) -> None:
    question = {"text": "stolen", "variant": "", "library": "lenet5"}
    answer = server.post(path, question, Origin=origin)

    assert (answer.status, answer.text) == (403, "asked from another page")
    assert file.read_text() == NET


@pytest.mark.parametrize(
    ("body", "kind", "status", "said"),
    [
        (b"{}", "text/plain", 415, "not JSON"),
        (b"{", "application/json", 400, "not JSON"),
        (b"[]", "application/json", 400, "texts are missing: text, variant"),
        (
            b'{"text": 3, "variant": ""}',
            "application/json",
            400,
            "texts are missing: text, variant",
        ),
    ],
)
def test_questions_that_are_none(
    server: Served, body: bytes, kind: str, status: int, said: str
) -> None:
    answer = server.post("/count", body, Content_Type=kind)

    assert (answer.status, answer.text) == (status, said)


def test_a_body_is_bounded(server: Served) -> None:
    most = limits.now().file_bytes
    answer = server.post("/count", b" " * (most + 1))

    assert (answer.status, answer.text) == (413, f"more than {most:,} bytes")


@pytest.mark.parametrize("path", ["/../../etc/passwd", "/mine.yaml", "/page.js", "/etc/passwd"])
def test_no_file_is_read(server: Served, path: str) -> None:
    assert server.get(path).status == 404
    assert server.get("/save").status == 405


def test_only_the_library_is_named(server: Served, file: Path) -> None:
    for name in (str(file), "/etc/passwd", "file:///etc/passwd", "net.py:Net"):
        (mistake,) = server.post("/library", {"library": name}).data["mistakes"]
        assert mistake["code"] == "unknown-network"


def test_the_file_is_saved_but_not_over_what_others_wrote(file: Path) -> None:
    try:
        with served(draft(str(file))) as server:
            assert server.post("/save", {"text": "# one\n"}).data == {"saved": str(file)}
            assert file.read_text() == "# one\n"
            file.write_text("# two\n")
            assert server.post("/save", {"text": "# three\n"}).data == {
                "refused": f"`{file}` was changed elsewhere; save again to write over it, "
                "or open it anew"
            }
            assert file.read_text() == "# two\n"
            assert server.post("/open", {}).data == {"text": "# two\n"}
            assert server.post("/save", {"text": "# three\n"}).data == {"saved": str(file)}
            assert file.read_text() == "# three\n"
    finally:
        file.write_text(NET)


def test_a_file_that_is_not_there_yet_is_made_by_saving(tmp_path: Path) -> None:
    path = tmp_path / "new.yaml"
    with served(draft(str(path))) as server:
        assert "A network: `archcalc show" in server.get().text
        assert not path.exists()
        server.post("/save", {"text": NET})
    assert path.read_text() == NET


def test_without_a_file_nothing_is_saved() -> None:
    with served(draft(None)) as server:
        assert server.post("/save", {"text": NET}).status == 404
        assert server.post("/open", {}).status == 404


def test_what_takes_too_long_is_ended_and_the_next_is_counted() -> None:
    async def ask() -> list[str]:
        worker = Worker(seconds=60)
        try:
            first = await worker.ask({"text": NET})
            worker.seconds = 0.05
            slow = await worker.ask({"text": DEEP})
            worker.seconds = 60
            return [first, slow, await worker.ask({"text": NET})]
        finally:
            await worker.end()

    first, slow, again = asyncio.run(ask())

    assert slow == (
        '{"mistakes":[{"code":"too-large","message":"to count this takes more than 0.05 seconds",'
        '"hint":"`archcalc show` takes the time that it needs","line":0,"column":0,"length":0}]}'
    )
    assert first == again
    assert first.startswith('{"variants":[],"network":')


def test_the_limits_of_strangers_hold(server: Served) -> None:
    text = "input: 1x8x8\nlayers: [{op: relu, repeat: 200000}]\n"
    (mistake,) = server.post("/count", {"text": text, "variant": ""}).data["mistakes"]

    assert (mistake["code"], mistake["line"]) == ("too-large", 2)
    assert mistake["message"] == ("`200000` repetitions: a network may have 150,000 layers")


def test_limits_that_are_raised_hold_in_the_process_that_counts() -> None:
    async def ask() -> str:
        with limits.raised(layers=2):
            worker = Worker(seconds=60)
        try:
            return await worker.ask({"text": "input: 1x8x8\nlayers: [relu, relu, relu]\n"})
        finally:
            await worker.end()

    assert "relu3: more than 2 layers after unrolling" in asyncio.run(ask())


def test_the_editor_is_no_part_of_a_page_of_its_own() -> None:
    assert "editor.js" not in SCRIPTS
