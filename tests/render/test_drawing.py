"""Drawings: everything is said, nothing covers anything, every arrow ends at a box."""

from __future__ import annotations

import re
from io import StringIO
from itertools import pairwise
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import pytest

from archcalc.errors import UsageError
from archcalc.render.pictures import drawing, levels, mermaid, page, planes, raster, svg, tikz
from archcalc.render.pictures.flow import flow
from archcalc.render.pictures.layering import Link, Point, Size, arrange, rank_items
from archcalc.report import count
from archcalc.spec.library import load, networks
from tests.exactly import exactly

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

NETWORKS = ["lenet5", "googlenet", "resnet18", "densenet-40-12", "inception-v4", "alexnet"]
STRANGE = """\
name: "<script>alert(1)</script> & \\"net\\" ]]> %%{init}%%"
input: 3x32x32
layers:
  - {name: "a<b>&\\"'", conv: 8, kernel: 3, padding: half}
  - {name: "a very long name that nobody wants to read in a box", conv: 16, kernel: 3}
  - {name: 卷積, conv: 16, kernel: 3, padding: half}
  - name: "sum; <i>"
    add: [[], [{name: "%%{init: x}%%", conv: 16, kernel: 1}, relu]]
    before: [batchnorm]
  - {name: both, op: concat, from: [卷積, "sum; <i>"]}
  - {name: "- end", linear: 10}
"""
LONG = """\
name: Long
input: 1x1x1
layers: [{name: c, conv: =index, kernel: 1, repeat: 2001}]
"""


@pytest.fixture
def strange(tmp_path: Path) -> Path:
    path = tmp_path / "strange.yaml"
    path.write_text(STRANGE, encoding="utf-8")
    return path


def said(picture: str) -> str:
    """Give all that is written in a picture, titles too."""
    return "\n".join(ET.fromstring(picture).itertext())  # noqa: S314 - our own output


def samples(path: svg.Path) -> Iterator[tuple[float, float]]:
    """Walk along a path as it is drawn."""
    if path.sideways:
        yield from ((x, y) for y, x in samples(path.turned()))
        return
    for a, b in pairwise(path.points):
        for t in (i / 9 for i in range(1, 9)):
            if path.curved and abs(a.x - b.x) > 0.05:
                bend, middle = t * t * (3 - 2 * t), (a.y + b.y) / 2
                early, late = (1 - t) ** 3, t**3
                y = a.y * early + 3 * middle * t * (1 - t) + b.y * late
                yield a.x + (b.x - a.x) * bend, y
            else:
                yield a.x + (b.x - a.x) * t, a.y + (b.y - a.y) * t


def covers(room: svg.Rectangle, x: float, y: float) -> bool:
    across = room.x + 1 < x < room.x + room.width - 1
    return across and room.y + 1 < y < room.y + room.height - 1


def overlap(one: svg.Rectangle, other: svg.Rectangle) -> bool:
    across = one.x < other.x + other.width and other.x < one.x + one.width
    return across and one.y < other.y + other.height and other.y < one.y + one.height


def texts(piece: page.Piece) -> list[svg.Text]:
    return [shape for shape in piece.shapes if isinstance(shape, svg.Text)]


def boxes(piece: page.Piece) -> list[svg.Rectangle]:
    found = [shape for shape in piece.shapes if isinstance(shape, svg.Rectangle)]
    return [shape for shape in found if shape.style.get("fill") != page.FRAME["fill"]]


def paths(piece: page.Piece) -> list[svg.Path]:
    return [shape for shape in piece.shapes if isinstance(shape, svg.Path)]


def assert_readable(piece: page.Piece) -> None:
    rooms = sorted((text.box() for text in texts(piece)), key=lambda room: room.y)
    for i, one in enumerate(rooms):
        assert one.x >= 0
        assert one.x + one.width <= piece.width + 0.01
        assert one.y + one.height <= piece.height
        for other in rooms[i + 1 :]:
            if other.y >= one.y + one.height:
                break
            assert not overlap(one, other)


# -- Places


def test_ranks_are_the_longest_ways() -> None:
    links = [Link(0, 1, 0, 0), Link(1, 2, 0, 0), Link(0, 2, 0, 0), Link(2, 3, 0, 0)]
    assert rank_items([Size(1, 1)] * 4, links) == [0, 1, 2, 3]


def test_a_link_that_passes_a_rank_goes_around_what_stands_there() -> None:
    sizes = [Size(20, 10)] * 3
    layout = arrange(sizes, [Link(0, 1, 10, 10), Link(1, 2, 10, 10), Link(0, 2, 10, 10)])
    corner, way = layout.corners[1], layout.ways[2]
    assert way[0] == Point(layout.corners[0].x + 10, 10)
    assert way[-1] == Point(layout.corners[2].x + 10, layout.corners[2].y)
    assert all(not corner.x <= x <= corner.x + 20 for x, y in way[1:-1])


def test_crossings_are_undone() -> None:
    sizes = [Size(20, 10)] * 5
    links = [Link(0, 1, 10, 10), Link(0, 2, 10, 10), Link(1, 4, 10, 10), Link(2, 3, 10, 10)]
    corners = arrange(sizes, links).corners
    assert (corners[1].x < corners[2].x) == (corners[4].x < corners[3].x)


def test_too_many_lanes_are_refused() -> None:
    sizes = [Size(1, 1)] * 210
    links = [Link(i, j, 0, 0) for i in range(210) for j in range(i + 1, 210)]
    with pytest.raises(
        UsageError,
        match=exactly(
            "error[too-large]: more than 20,000 crossings of ranks to draw\n"
            "  hint: draw less with --depth 1"
        ),
    ):
        arrange(sizes, links)


# -- Pictures


def test_a_block_between_layers_of_a_join_makes_no_circle(strange: Path) -> None:
    for depth in (1, 2, None):
        assert all(edge.source < edge.target for edge in flow(count(strange), depth).edges)


@pytest.mark.parametrize("network", NETWORKS)
@pytest.mark.parametrize("depth", [1, 2])
def test_every_layer_and_its_counts_are_said(network: str, depth: int) -> None:
    report = count(network, heads=True)
    words = said(drawing.draw(report, depth))
    for box in flow(report, depth).boxes():
        assert box.title in words
        assert not box.row.parameters or f"{box.row.parameters:,} parameters" in words
        assert not box.row.macs or f"{box.row.macs:,} MACs" in words
    assert f"{report.total.parameters:,} parameters" in words


@pytest.mark.parametrize("network", NETWORKS)
@pytest.mark.parametrize("depth", [1, 2, 3])
@pytest.mark.parametrize("sideways", [False, True])
def test_nothing_covers_anything(network: str, depth: int, sideways: bool) -> None:  # noqa: FBT001
    piece = drawing.sketch(count(network, heads=True), depth, sideways=sideways)
    assert_readable(piece)
    standing = sorted(boxes(piece), key=lambda box: box.y)
    rooms = [text.box() for text in texts(piece)]
    for path in paths(piece):
        top, bottom = min(p.y for p in path.points), max(p.y for p in path.points)
        near = [r for r in (*standing, *rooms) if r.y < bottom and top < r.y + r.height]
        assert not any(covers(room, x, y) for x, y in samples(path) for room in near)
    for i, one in enumerate(standing):
        assert not any(overlap(one, other) for other in standing[i + 1 : i + 8])


@pytest.mark.parametrize("network", NETWORKS)
@pytest.mark.parametrize("sideways", [False, True])
def test_every_arrow_ends_at_a_box(network: str, sideways: bool) -> None:  # noqa: FBT001
    piece = drawing.sketch(count(network, heads=True), 2, sideways=sideways)
    tops = {(round(box.x + box.width / 2, 3), round(box.y, 3)) for box in boxes(piece)}
    if sideways:
        tops = {(round(box.x, 3), round(box.y + box.height / 2, 3)) for box in boxes(piece)}
    arrows = [path for path in paths(piece) if path.arrow and path.style is not page.PASSED]
    ends = [path.points[-1] for path in arrows if len(path.points) > 2]
    assert all((round(x, 3), round(y, 3)) in tops for x, y in ends)


@pytest.mark.parametrize("family", sorted({entry.path.stem for entry in networks()}))
def test_all_networks_are_drawn_at_a_reasonable_size(family: str) -> None:
    for entry in networks():
        if entry.path.stem != family:
            continue
        report = count(entry.id, heads=True)
        for depth in (1, 2):
            piece = drawing.sketch(report, depth)
            assert piece.width < 2000
            assert piece.height < 200 * len(report.fold(depth)) + 500
            right = drawing.sketch(report, depth, sideways=True)
            assert right.height < 2000
            assert right.width < 240 * len(report.fold(depth)) + 500
            assert mermaid.draw(report, depth)


def test_the_same_network_is_drawn_the_same() -> None:
    assert drawing.draw(count("googlenet"), 2) == drawing.draw(count("googlenet"), 2)


def test_a_drawing_scales_and_has_a_ground() -> None:
    root = ET.fromstring(drawing.draw(count("lenet5")))  # noqa: S314 - our own output
    assert re.fullmatch(r"0 0 [\d.]+ [\d.]+", root.attrib["viewBox"])
    assert root[2].attrib["fill"] == "#ffffff"


def test_heads_stand_beside_the_main_path_in_dashes() -> None:
    picture = drawing.draw(count("googlenet", heads=True))
    assert picture.count("stroke-dasharray") == 2
    assert "stroke-dasharray" not in drawing.draw(count("googlenet"))


def test_names_from_strangers_stay_text(strange: Path) -> None:
    for picture in (drawing.draw(count(strange), None), drawing.draw(count(strange), 1)):
        assert "<script>" not in picture
        assert "<b>" not in picture
        words = said(picture)
        assert "a<b>&\"'" in words
        assert "a very long name that nobody wants to read in a box" in words
        assert "a very long name …to read in a box" in words


def test_control_characters_do_not_break_a_picture() -> None:
    assert svg.text("a\x07\u202eb\ud800\ufffe") == "a\\x07\\u202eb\\ud800\\ufffe"


def test_too_many_boxes_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "long.yaml"
    path.write_text(LONG)
    with pytest.raises(UsageError) as caught:
        drawing.draw(count(path), None)
    assert str(caught.value) == (
        "error[too-large]: Long has 2,001 boxes at this depth; 2,000 are drawn at most\n"
        "  hint: draw less with --depth 1"
    )


# -- Planes


def test_lenet5_is_drawn_as_in_1998() -> None:
    words = said(planes.draw(count("lenet5")))
    for line in (
        "INPUT 32x32",
        "C1: f. maps 6@28x28",
        "S2: f. maps 6@14x14",
        "C3: f. maps 16@10x10",
        "S4: f. maps 16@5x5",
        "C5: layer 120",
        "F6: layer 84",
        "OUTPUT: layer 10",
        "1,516 parameters",
        "151,600 connections",
        "Gaussian connections",
    ):
        assert line in words


def test_planes_are_as_high_and_as_wide_as_the_maps() -> None:
    report = count(load(StringIO("input: 1x20x60\nlayers: [{name: C1, conv: 2, kernel: 5}]")))
    piece = planes.sketch(report)
    first, *_ = [shape for shape in piece.shapes if isinstance(shape, svg.Rectangle)]

    assert "C1: f. maps 2@16x56" in said(planes.draw(report))
    assert first.width > first.height


@pytest.mark.parametrize(
    ("input", "layers", "small"),
    [
        ("1x32x32", 10, True),
        ("1x32x32", 11, False),
        ("3x32x32", 3, False),  # colours: none of the figures of 1998
        ("2x32x32", 3, False),
    ],
)
def test_a_small_chain_on_one_map_is_drawn_as_planes(input: str, layers: int, small: bool) -> None:  # noqa: A002, FBT001
    rows = "\n".join(f"  - {{name: c{i}, conv: 2, kernel: 1}}" for i in range(layers))
    report = count(load(StringIO(f"input: {input}\nlayers:\n{rows}\n")))

    assert planes.is_small_chain(report) is small


@pytest.mark.parametrize("network", ["lenet5", "lenet1", "zip1989", "lenet-caffe", "alexnet"])
def test_words_below_planes_do_not_overlap(network: str) -> None:
    assert_readable(planes.sketch(count(network)))


def test_planes_are_for_chains() -> None:
    with pytest.raises(UsageError) as caught:
        planes.draw(count("resnet18"))
    assert str(caught.value) == (
        "error[not-a-chain]: ResNet is no chain of layers: planes cannot show its branches\n"
        "  hint: --style boxes"
    )


# -- Mermaid


def test_mermaid_says_boxes_frames_and_shapes() -> None:
    lines = mermaid.draw(count("resnet18"), 2).splitlines()
    assert lines[1] == "flowchart TD"
    assert '    subgraph f4_1["conv3_x, 525,568 parameters"]' in lines
    assert "    n0 -->|64x112x112| n1" in lines
    assert '    n11 -->|1000| out11(["output"]):::join' in lines


def test_mermaid_gives_strange_names_no_meaning(strange: Path) -> None:
    text = mermaid.draw(count(strange), 2)
    assert 'n0["a#60;b#62;#38;#34;#39;<br/>conv 3x3 p1' in text
    assert "#37;#37;#123;init" in text
    assert not re.search(r"%%\{", text)
    assert "#45; end" in text


@pytest.mark.parametrize("network", NETWORKS)
@pytest.mark.parametrize("depth", [1, 2])
def test_sideways_says_the_same_and_leads_to_the_right(network: str, depth: int) -> None:
    report = count(network, heads=True)
    down, right = (drawing.sketch(report, depth, sideways=sideways) for sideways in (False, True))
    facts = [
        sorted(fact for text in texts(piece) for fact in text.content.split(" · "))
        for piece in (down, right)
    ]
    assert facts[0] == facts[1]
    assert right.width > right.height
    assert down.width < down.height
    assert all(path.points[-1].x > path.points[0].x for path in paths(right))


def test_maps_of_height_1_fit_a_page() -> None:
    text = "input: 1x1x16000\nlayers: [{conv: 16, kernel: 1x9, stride: 1x4}, {linear: 10}]"
    piece = planes.sketch(count(load(StringIO(text))))
    assert piece.width < 1_000
    assert piece.height < 500


def test_a_stack_says_how_many_of_its_maps_are_drawn() -> None:
    drawn = planes.draw(count("alexnet"))
    assert "16 of 96 maps drawn" in drawn
    assert "of 3 maps" not in drawn
    assert "maps drawn" not in planes.draw(count("lenet5"))


def test_png_and_pdf_have_the_size_of_the_picture() -> None:
    piece = planes.sketch(count("lenet5"))
    png, pdf = raster.picture(piece, ".png"), raster.picture(piece, ".pdf")
    width, height = (int.from_bytes(png[i : i + 4]) for i in (16, 20))  # of the header chunk
    assert width == pytest.approx(2 * piece.width, abs=2)
    assert height == pytest.approx(2 * piece.height, abs=2)
    box = re.search(rb"/MediaBox \[ ?0 0 ([\d.]+) ([\d.]+) ?\]", pdf)
    assert box is not None
    assert float(box[1]) == pytest.approx(piece.width * 72 / 96, abs=1)


def test_a_long_picture_keeps_within_what_a_png_can_be() -> None:
    piece = page.Piece(100, 40_000, [svg.Rectangle(0, 0, 50, 40_000, {"fill": "#000000"})])
    png = raster.picture(piece, ".png")
    assert int.from_bytes(png[20:24]) <= 16_000


# -- TikZ


@pytest.mark.parametrize("network", NETWORKS)
def test_tikz_draws_every_shape_of_the_picture(network: str) -> None:
    piece = drawing.sketch(count(network, heads=True), 2)
    lines = tikz.document(piece.shapes, network).splitlines()
    kinds = [type(shape) for shape in piece.shapes]
    assert sum(line.startswith(r"\node[") for line in lines) == kinds.count(svg.Text)
    assert sum(" rectangle " in line for line in lines) == kinds.count(svg.Rectangle)
    arrows = sum(isinstance(shape, svg.Path) and shape.arrow for shape in piece.shapes)
    assert sum(line.startswith(r"\path[->") for line in lines) == arrows
    for line in lines:
        bare = re.sub(r"\\[{}]", "", line)
        assert bare.count("{") == bare.count("}")


def test_tikz_says_each_form_of_path() -> None:
    style = {"fill": "none", "stroke": "#808080", "stroke-width": "2", "stroke-dasharray": "4 2"}
    line = "draw={rgb,255:red,128;green,128;blue,128}, line width=1.5bp"
    dashed = f"{line}, dash pattern=on 3bp off 1.5bp"
    bent = svg.Path((Point(0, 0), Point(8, 4)), style, arrow=True)
    flat = svg.Path((Point(0, 0), Point(8, 4), Point(0, 4)), style, closed=True, curved=False)
    assert tikz.document([bent, flat], "two").splitlines()[3:5] == [
        rf"\path[->, {dashed}] (0,0) .. controls (0,2) and (8,2) .. (8,4);",
        rf"\path[{dashed}] (0,0) -- (8,4) -- (0,4) -- cycle;",
    ]


def test_tikz_gives_strange_names_no_meaning(strange: Path) -> None:
    text = tikz.document(drawing.sketch(count(strange), 2).shapes, "a\nb \\input{c}")
    assert text.startswith("% a\\nb \\input{c}\n")
    assert r"\%\%\{init: x\}\%\%" in text
    assert r"a\ensuremath{<}b\ensuremath{>}\&" in text


# -- Levels


@pytest.mark.parametrize("network", [*NETWORKS, "unet", "yolo-v3-tiny", "transformer-base"])
def test_on_levels_nothing_covers_anything(network: str) -> None:
    piece = levels.sketch(count(network, heads=True))
    assert_readable(piece)
    standing = boxes(piece)
    levels_of = {y for box in standing for y in (box.y, box.y + box.height)}
    for path in paths(piece):
        assert path.points[-1].y in levels_of or path.points[-1].x in {box.x for box in standing}
        for start, end in pairwise(path.points):
            assert start.x == end.x or start.y == end.y
        assert not any(covers(room, x, y) for x, y in samples(path) for room in standing)
    standing.sort(key=lambda box: box.x)
    for i, one in enumerate(standing):
        assert not any(overlap(one, other) for other in standing[i + 1 :])


def test_a_u_goes_down_four_times_and_up_again() -> None:
    report = count("unet")
    folded = flow(report, None)
    cells = levels.arrange(report, folded)
    rows = {box.row.path: cells[box.number].level for box in folded.boxes()}
    below = "u/below/below/below/below"
    assert [rows[f"u{below[1 : 1 + 6 * depth]}/left1"] for depth in range(5)] == [0, 1, 2, 3, 4]
    assert [rows[f"u{below[1 : 1 + 6 * depth]}/right2"] for depth in range(4)] == [0, 1, 2, 3]
    assert rows["segmentation"] == 0


def test_ways_that_meet_over_a_row_have_lanes_of_their_own(tmp_path: Path) -> None:
    (tmp_path / "over.yaml").write_text(
        "input: 1x8x8\nlayers:\n"
        + "".join(f"  - {{name: c{i}, conv: 1, kernel: 1}}\n" for i in range(4))
        + "  - {name: sum, add: , from: [c0, c1, c3]}\n",
    )
    piece = levels.sketch(count(tmp_path / "over.yaml"))
    over = [path for path in paths(piece) if len(path.points) == 4]
    assert len({path.points[1].y for path in over}) == len(over) == 2
