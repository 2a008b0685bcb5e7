"""What is particular about networks that detect, segment, draw and listen, worked out by hand."""

from __future__ import annotations

import pytest

import archcalc


def test_two_legs_hold_one_set_of_weights() -> None:
    report = archcalc.count("siamese-omniglot")
    leg = {  # 105 → 96, 48 → 42, 21 → 18, 9 → 6
        "conv1": 64 * (1 * 10 * 10 + 1),
        "conv2": 128 * (64 * 7 * 7 + 1),
        "conv3": 128 * (128 * 4 * 4 + 1),
        "conv4": 256 * (128 * 4 * 4 + 1),
        "vector": 4096 * (256 * 6 * 6 + 1),
    }

    assert {path: report[f"first/{path}"].parameters for path in leg} == leg
    assert report["second"].parameters == 0
    assert report["second"].connections == report["first"].connections
    assert report.total.parameters == sum(leg.values()) + 4096 + 1 == 38_951_745


def test_yolo_looks_at_three_sizes_and_says_85_numbers_of_three_boxes() -> None:
    report = archcalc.count("yolo-v3")
    shapes = [str(report[f"says{look}/boxes"].output) for look in (1, 2, 3)]

    assert 3 * (4 + 1 + 80) == 255
    assert shapes == ["255x13x13", "255x26x26", "255x52x52"]
    assert report.outputs == ("says3/boxes", "says1/boxes", "says2/boxes")
    # darknet counts 2 for each multiply-add of convolutions: 65.86 Bn on its page
    assert 2 * report.total.macs == 65_864_075_264


def test_a_finer_map_is_folded_whole_or_narrowed_first() -> None:
    whole, narrow = (archcalc.count(archcalc.load("yolo-v2", narrow=n)) for n in (0, 64))
    # 26x26x512 becomes 13x13x2048, or 64 maps and then 13x13x256
    assert str(whole["passthrough"].output) == "2048x13x13"
    assert str(narrow["passthrough"].output) == "256x13x13"
    less = 9 * (2048 - 256) * 1024 - (512 * 64 + 2 * 64)
    assert whole.total.parameters - narrow.total.parameters == less


def test_ssd_asks_at_six_sizes() -> None:
    report = archcalc.count("ssd300")
    boxes = 4 * 38**2 + 6 * 19**2 + 6 * 10**2 + 6 * 5**2 + 4 * 3**2 + 4 * 1**2

    assert boxes == 8_732
    assert str(report["detections"].output) == "25x8732"  # 4 to move it, and 21 classes
    assert report["norm4"].parameters == 512  # a scale for each map


def test_one_small_network_proposes_regions_on_every_level() -> None:
    report = archcalc.count("faster-rcnn-fpn", heads=True)
    once = 256 * (256 * 9 + 1) + (3 + 4 * 3) * (256 + 1)

    assert [report.heads[f"rpn{level}"].parameters for level in (2, 3, 4, 5, 6)] == [
        once,
        0,
        0,
        0,
        0,
    ]
    assert report.heads["rpn3"].macs * 4 == report.heads["rpn2"].macs
    assert report.heads["box"].parameters == sum(
        (12_544 * 1024 + 1024, 1024 * 1024 + 1024, (1024 + 1) * 91 * (1 + 4))
    )
    assert report.total.fixed == 2 * 26_560  # gamma and beta of ResNet-50's batch norms rest


def test_fcn_scores_at_three_levels_and_enlarges_by_fixed_kernels() -> None:
    report = archcalc.count("fcn-8s")
    scores = [report[path].parameters for path in ("score", "skip4/score", "skip3/score")]

    assert scores == [21 * 4097, 21 * 513, 21 * 257]
    assert (report["upscore"].parameters, report["upscore"].fixed) == (0, 21 * 21 * 16 * 16)
    # 500 + 198 = 698, halved five times with ceilings: 349, 175, 88, 44, 22; then 16, 34, 70, 568
    shapes = [str(report[path].output) for path in ("score", "skip4", "skip3", "upscore", "image")]
    assert shapes == ["21x16x16", "21x34x34", "21x70x70", "21x568x568", "21x500x500"]


def test_a_network_that_does_not_halve_on_holds_as_much() -> None:
    counts = [archcalc.count(f"deeplab-v3{end}") for end in ("-os32", "", "-os8")]

    assert len({report.total.parameters for report in counts}) == 1
    assert [report["block4"].output.height for report in counts] == [17, 33, 65]


@pytest.mark.parametrize(("levels", "steps"), [(1, 13), (2, 37), (8, 3_061)])
def test_a_tcn_sees_twice_as_far_with_every_level(levels: int, steps: int) -> None:
    # two kernels of 7 in each: 1 + 2 · 6 · (2^levels - 1)
    report = archcalc.count(archcalc.load("tcn-mnist", levels=levels))
    field = report[f"level/{levels}"].field

    assert field is not None
    assert field.size == (steps,) == (1 + 2 * 6 * (2**levels - 1),)


def test_the_first_level_of_a_tcn() -> None:
    report = archcalc.count("tcn-mnist")
    # kernels, and of each map a scale and a shift; then a projection with its bias
    first = 7 * 1 * 25 + 2 * 25
    second = 7 * 25 * 25 + 2 * 25

    assert report["level/1"].parameters == first + second + 25 * (1 + 1) == 4_700


def test_wavenet_sees_a_third_of_a_second() -> None:
    report = archcalc.count("wavenet")
    field = report["sum"].field

    assert field is not None
    assert field.size == (1 + 1 + 5 * 1_023,)  # 5,117 samples of 16,000 in a second


def test_what_draws_and_what_judges_mirror_each_other() -> None:
    draws, judges = archcalc.count("dcgan-generator-release"), archcalc.count("dcgan-discriminator")

    assert [draws[path].macs for path in ("conv3", "conv2", "conv1")] == [
        judges[path].macs for path in ("conv2", "conv3", "conv4")
    ]
    assert draws["image"].macs == judges["conv1"].macs


def test_a_gru_has_three_quarters_of_an_lstm() -> None:
    lstm, gru = archcalc.count("lstm-tagger")["lstm"], archcalc.count("gru-tagger")["gru"]

    # 6 words' features and 6 units, and two biases, for each of 4 or 3 gates of 6 units
    assert lstm.parameters == 4 * 6 * (6 + 6 + 2)
    assert gru.parameters == 3 * 6 * (6 + 6 + 2)
