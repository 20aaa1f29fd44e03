"""QR codes as inline SVG, drawn here: the address in them goes to no other service."""

from io import BytesIO

import segno
from markupsafe import Markup, escape

_QUIET_ZONE = 4


def qr_svg(text: str, label: str) -> Markup:
    """An `<svg role="img">` that shows `text` as a QR code and is announced as `label`.

    Black on its own white margin whatever the page's colours are, or dark mode would keep cameras from reading
    it. Sized by the page (class `qr`). Raises ValueError if the text is too long for a code (about 2,300 bytes).
    """
    drawn = BytesIO()
    segno.make_qr(text, error="m").save(
        drawn,
        kind="svg",
        border=_QUIET_ZONE,
        dark="#000",
        light="#fff",
        xmldecl=False,
        svgns=False,
        svgclass=None,
        lineclass=None,
        omitsize=True,
        nl=False,
    )
    opening = f'<svg class="qr" role="img" aria-label="{escape(label)}" shape-rendering="crispEdges" '
    # Everything but the label is segno's own drawing: numbers and colours.
    return Markup(drawn.getvalue().decode("ascii").replace("<svg ", opening, 1))  # noqa: S704
