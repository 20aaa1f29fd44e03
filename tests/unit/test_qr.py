"""QR codes: the right dots, safe to put into a page."""

import re
from xml.etree import ElementTree

import pytest
import segno

from app.qr import qr_svg

ADDRESS = "https://book.example.org/o/" + "7HqX-_aZ" * 4


def dots_of(svg: str) -> list[list[int]]:
    """The drawn modules, read from the path's moves: `M`/`m` move, `h` draws to the right."""
    size = int(re.search(r'viewBox="0 0 (\d+) ', svg)[1])
    rows = [[0] * size for _ in range(size)]
    x = y = 0.0
    for command, numbers in re.findall(r"([Mmh])(-?[\d.]+(?: -?[\d.]+)?)", svg.partition("stroke=")[2]):
        values = [float(number) for number in numbers.split()]
        if command == "h":
            rows[int(y)][int(x) : int(x + values[0])] = [1] * int(values[0])
            x += values[0]
        else:
            x, y = values if command == "M" else (x + values[0], y + values[1])
    return rows


def test_the_drawn_dots_are_the_code_with_a_quiet_zone_of_four():
    code = segno.make_qr(ADDRESS, error="m")
    expected = [[int(dot) for dot in row] for row in code.matrix_iter(scale=1, border=4)]
    assert dots_of(qr_svg(ADDRESS, "QR code")) == expected


def test_black_on_white_without_inline_style():
    svg = qr_svg(ADDRESS, "QR code of this link")
    assert svg.startswith('<svg class="qr" role="img" aria-label="QR code of this link"')
    assert 'fill="#fff"' in svg
    assert 'stroke="#000"' in svg
    assert "style" not in svg
    assert "<?xml" not in svg


def test_r24_the_label_is_escaped():
    svg = qr_svg(ADDRESS, '"><script>alert(1)</script>')
    assert ElementTree.fromstring(svg).get("aria-label") == '"><script>alert(1)</script>'
    assert "<script" not in svg


def test_the_page_does_not_escape_it_again():
    assert f"{qr_svg(ADDRESS, 'x').__html__()}".startswith("<svg")


def test_text_that_fits_no_code_is_refused():
    with pytest.raises(ValueError):
        qr_svg("x" * 3000, "QR code")
