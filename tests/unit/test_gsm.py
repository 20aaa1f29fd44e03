"""Texts as phones get them: their alphabet, and how many segments they make."""

import pytest

from app.phone.gsm import written


@pytest.mark.parametrize(
    ("text", "sent", "segments", "is_gsm"),
    [
        ("Hello", "Hello", 1, True),
        ("  It\u2019s \u201cyou\u201d \u2013 at 09:00\u2026\r\n", 'It\'s "you" - at 09:00...', 1, True),
        ("9:00\u202fam\u00a0(Berlin)", "9:00 am (Berlin)", 1, True),
        ("Grüße, Ångström, ñandú", "Grüße, Ångström, ñandú", 1, False),  # GSM has ñ and no ú
        ("Grüße aus Malmö", "Grüße aus Malmö", 1, True),
        ("a\u0308", "ä", 1, True),
        ("\u041f\u0440\u0438", "\u041f\u0440\u0438", 1, False),
        ("\u2018ж\u2019", "\u2018ж\u2019", 1, False),
        ("bell\x07 and\x1b escape", "bell and escape", 1, True),
        ("a" * 160, "a" * 160, 1, True),
        ("a" * 161, "a" * 161, 2, True),
        ("a" * 306, "a" * 306, 2, True),
        ("a" * 307, "a" * 307, 3, True),
        ("€" * 80, "€" * 80, 1, True),
        ("€" * 81, "€" * 81, 2, True),
        ("€" * 153, "€" * 153, 3, True),  # 76 of them fit in a part: none is cut in two
        ("я" * 70, "я" * 70, 1, False),
        ("я" * 71, "я" * 71, 2, False),
        ("😀" * 35, "😀" * 35, 1, False),
        ("😀" * 36, "😀" * 36, 2, False),
        ("😀" * 67, "😀" * 67, 3, False),  # 33 of them fit in a part
        ("", "", 1, True),
    ],
)
def test_a_text_is_sent_in_the_alphabet_that_holds_it(
    text: str, sent: str, segments: int, is_gsm: bool
) -> None:
    made = written(text)
    assert (made.text, made.segments, made.is_gsm) == (sent, segments, is_gsm)
