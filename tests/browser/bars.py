"""The bars S1 to S9 as functions, for a page in any state. Each says in its error what is wrong and where."""

import gzip
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from html.parser import HTMLParser

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, Response

from app import zones
from tests.services import nu

AXE_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
COLOUR_RULES = ["color-contrast", "link-in-text-block"]  # all that a colour scheme can change
KB = 1024
PUBLIC_HTML, OWNER_HTML = 6 * KB, 12 * KB
CSS, OWN_SCRIPT, FIRST_LOAD, REQUESTS = 8 * KB, 4 * KB, 40 * KB, 5

# Colours change in the frame after the scheme, and some of them slowly.
SETTLED = """async () => {
  for (let frames = 0; frames < 2; frames++) await new Promise(requestAnimationFrame);
  await Promise.all(document.getAnimations().map(each => each.finished.catch(() => {})));
}"""
RUN_AXE = "options => axe.run(options).then(found => found.violations)"
TOO_WIDE = """() => {
  const room = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= room) return [];
  return [...document.querySelectorAll('body *')]
    .filter(each => each.getBoundingClientRect().right > room + 1)
    .map(each => each.outerHTML.slice(0, 120)).slice(-5).concat('the page is wider than ' + room);
}"""
# A busy machine paints half a table, whose columns then move by a hair: 0.00 in the two places CLS is told in.
SHIFTS = """() => new Promise(done => {
  const SEEN = 0.005;
  const found = [];
  const keep = entries => found.push(...entries.filter(each => !each.hadRecentInput && each.value >= SEEN)
    .map(each => each.value.toFixed(4) + ' ' + each.sources.map(from => from.node?.outerHTML?.slice(0, 80))));
  const watch = new PerformanceObserver(list => keep(list.getEntries()));
  watch.observe({type: 'layout-shift', buffered: true});
  setTimeout(() => { keep(watch.takeRecords()); done(found); }, 100);
})"""
# A time has its zone when the zone is named in the element that reads as a unit with it.
TIMES_WITHOUT_ZONE = r"""([zones, unit]) => {
  const zone = new RegExp(zones), time = /\b\d{1,2}:\d{2}\b/;
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT), bare = [];
  for (let text; (text = texts.nextNode());) {
    const holder = text.parentElement;
    if (!time.test(text.data) || !holder.checkVisibility() || holder.closest('script, style')) continue;
    let around = holder.closest(unit) ?? document.body;
    if (!zone.test(around.innerText)) bare.push(text.data.trim());
  }
  return bare;
}"""
UNIT = "[data-tz], section, article, aside, dialog, table, main"
RING = """() => {
  const style = getComputedStyle(document.activeElement);
  return style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2;
}"""


def assert_all(page: Page) -> None:
    """The bars that hold in every state of every page, S1, S2, S7 and S9; S8 is watched by the fixtures."""
    assert_no_layout_shift(page)
    assert_times_have_zone(page)
    assert_axe_clean(page)
    assert_no_sideways_scroll(page)


def assert_axe_clean(page: Page) -> None:
    """S1: no violation of WCAG 2.2 A and AA or of best practice, in either colour scheme. Needs JavaScript."""
    page.evaluate(Axe().axe_script)
    for scheme, rules in (("light", AXE_RULES), ("dark", COLOUR_RULES)):
        page.emulate_media(color_scheme=scheme)
        page.evaluate(SETTLED)
        found = page.evaluate(RUN_AXE, {"runOnly": rules, "resultTypes": ["violations"]})
        assert not found, f"{page.url} in {scheme}:\n" + "\n".join(map(_violation, found))


def assert_no_sideways_scroll(page: Page, widths: tuple[int, ...] = (320, 360)) -> None:
    """S2: nothing is cut off at narrow widths (320 px is 1280 px at 400 % zoom), nor with text at 200 %."""
    before = page.viewport_size or {"width": 1280, "height": 900}
    for width in widths:
        page.set_viewport_size({"width": width, "height": 740})
        assert not (wide := page.evaluate(TOO_WIDE)), f"{page.url} at {width} px: {wide}"
    page.set_viewport_size({"width": 1280, "height": 900})
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    wide = page.evaluate(TOO_WIDE)
    page.evaluate("document.documentElement.style.fontSize = ''")
    page.set_viewport_size(before)
    assert not wide, f"{page.url} with text at 200 %: {wide}"


def assert_focus_not_on_body(page: Page) -> None:
    """S4: after a swap, focus is on something."""
    lost = page.evaluate("[null, document.body, document.documentElement].includes(document.activeElement)")
    assert not lost, f"{page.url}: focus is lost"


def assert_visible_ring(page: Page) -> None:
    """S4: whatever has the focus shows a ring; for a focus that came by keyboard."""
    focused = page.evaluate("document.activeElement.outerHTML.slice(0, 120)")
    assert page.evaluate(RING), f"{page.url}: no ring on {focused}"


def assert_valid_html(html: str) -> None:
    """S5: the Nu checker has nothing to say of a whole page as it was sent; it has one h1, and a title."""
    found = nu.messages(html)
    outline = _Outline(html)
    assert not found, "\n".join(found)
    assert outline.count["h1"] == 1, f"{outline.count['h1']} h1"
    assert outline.title.strip(), "no title"


def assert_distinct_titles(pages: dict[str, str]) -> None:
    """S5: no two pages have the same title. `pages` are page sources by address."""
    by_title: dict[str, list[str]] = {}
    for address, html in pages.items():
        by_title.setdefault(_Outline(html).title.strip(), []).append(address)
    doubled = {title: found for title, found in by_title.items() if len(found) > 1}
    assert not doubled, doubled


def assert_small(page: Page, sent: Sequence[Response], html: int = PUBLIC_HTML) -> None:
    """S6: what was `sent` for the first page of a browser that had seen nothing yet is within its budgets, gzipped."""
    load = _load(page, sent)
    sizes = load.sizes
    assert sizes["document"] <= html, f"{page.url}: {sizes['document']} bytes of HTML, {html} allowed"
    assert sizes["stylesheet"] <= CSS, f"{page.url}: {sizes['stylesheet']} bytes of CSS"
    assert sizes["script"] - load.vendor <= OWN_SCRIPT, (
        f"{page.url}: {sizes['script'] - load.vendor} bytes of scripts"
    )
    assert sum(sizes.values()) <= FIRST_LOAD, f"{page.url}: {sizes}"
    assert len(load.urls) <= REQUESTS, f"{page.url}: {load.urls}"
    assert not sizes["font"], f"{page.url}: a web font"


def assert_no_layout_shift(page: Page) -> None:
    """S7: nothing has moved by itself since the page was opened. Needs JavaScript; not after S2, which moves things."""
    found = page.evaluate(SHIFTS)
    assert not found, f"{page.url}: {found}"


def assert_times_have_zone(page: Page) -> None:
    """S9: the section, table or page part round every visible time names a zone: "(UTC+1)", or its city."""
    cities = sorted({zones.city(tz) for tz in zones.listed()}, key=len, reverse=True)
    words = rf"\bUTC\b|\b(?:{'|'.join(map(re.escape, cities))})\b"
    bare = page.evaluate(TIMES_WITHOUT_ZONE, [words, UNIT])
    assert not bare, f"{page.url}: times without a zone: {bare}"


@dataclass
class _Load:
    sizes: dict[str, int] = field(
        default_factory=lambda: dict.fromkeys(
            ("document", "stylesheet", "script", "font", "image", "other"), 0
        )
    )
    urls: list[str] = field(default_factory=list)
    vendor: int = 0


def _load(page: Page, sent: Sequence[Response]) -> _Load:
    # By address: what is shown twice, as the icon is, comes from the cache then.
    found = {response.url: response for response in sent if not 300 <= response.status < 400}
    # A mail shown in a frame is a document of its own, with nothing beside it.
    load = _Load(urls=[url for url, response in found.items() if response.frame == page.main_frame])
    for url, response in found.items():
        size = len(gzip.compress(response.body()))
        kind = response.request.resource_type
        load.sizes[kind if kind in load.sizes else "other"] += size
        load.vendor += size if "/vendor/" in url else 0
    return load


class _Outline(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__()
        self.count, self.title, self._in_title = {"h1": 0, "title": 0}, "", False
        self.feed(html)

    def handle_starttag(self, tag: str, _attributes: object) -> None:
        self.count[tag] = self.count.get(tag, 0) + 1
        # An SVG image may carry a title too; the page's comes first.
        self._in_title = tag == "title" and self.count["title"] == 1

    def handle_endtag(self, _tag: str) -> None:
        self._in_title = False

    def handle_data(self, data: str) -> None:
        self.title += data if self._in_title else ""


def _violation(found: dict) -> str:
    where = "; ".join(f"{node['html'][:120]} {node['failureSummary']}" for node in found["nodes"][:5])
    return f"  {found['id']} ({found['impact']}): {where}"
