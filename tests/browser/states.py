"""Every page and every state of it that this product has: how to bring it about, and where it stands."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import Page, Response

from .stage import Stage

Address = str | Callable[[Stage], str]
Act = Callable[[Page, Stage], Any]


@dataclass(frozen=True)
class State:
    """One state of the page behind `endpoint`: open `address`, then `act`.

    `who` is signed in (Ada, Ben or Cleo), or nobody. `bare` is an installation without an account. `settings` are
    those of `open_page`.
    """

    name: str
    endpoint: str
    address: Address
    act: Act | None = None
    who: str = ""
    status: int = 200
    bare: bool = False
    settings: dict[str, Any] = field(default_factory=dict)

    @property
    def is_owners(self) -> bool:
        """True for pages in the owner's shell."""
        return not self.endpoint.startswith(("public.", "error"))

    def url(self, stage: Stage) -> str:
        """The whole address."""
        path = self.address if isinstance(self.address, str) else self.address(stage)
        return (stage.bare_url if self.bare else stage.url) + path


@dataclass
class Shown:
    """A page in its state. `html` is its source, as it was sent last; `sent` is all that came with it."""

    page: Page
    status: int
    html: str
    sent: list[Response]


def show(state: State, stage: Stage, open_page: Callable[..., Page], **settings: Any) -> Shown:
    """A page of its own browser profile, brought into the state."""
    page = open_page(**{**state.settings, **settings})
    if state.who:
        stage.sign_in(page.context, state.who)
    sent: list[Response] = []
    page.on("response", lambda answer: sent.append(answer))  # noqa: PLW0108 (Playwright asks how many it takes)
    page.goto(state.url(stage))
    if state.act:
        state.act(page, stage)
        page.wait_for_load_state(
            "networkidle"
        )  # waits half a second more: what a page brings itself is there by now
    last = [answer for answer in sent if _is_page(answer)][-1]
    return Shown(page, last.status, last.text(), sent)


def _is_page(answer: Response) -> bool:
    is_document = answer.request.resource_type == "document" and not 300 <= answer.status < 400
    return is_document and answer.frame.parent_frame is None


def press(name: str, **options: Any) -> Act:
    """Press the first button of that name."""
    return lambda page, _stage: page.get_by_role("button", name=name, **options).first.click()


def follow(name: str) -> Act:
    """Follow the first link of that name."""
    return lambda page, _stage: page.get_by_role("link", name=name).first.click()


def send(button: str, **fields: str) -> Act:
    """Fill fields by their names ("__" stands for "-"), then press the button."""

    def act(page: Page, _stage: Stage) -> None:
        for name, value in fields.items():
            page.locator(f"[name={name.replace('__', '-')}]:visible").first.fill(value)
        page.get_by_role("button", name=button, exact=True).first.click()

    return act


def unfold(words: str) -> Act:
    """Open the first part that is folded under these words."""
    return lambda page, _stage: page.locator("summary", has_text=words).first.click()


def both(*acts: Act) -> Act:
    """One after the other."""

    def act(page: Page, stage: Stage) -> None:
        for each in acts:
            each(page, stage)

    return act


def visible(selector: str) -> Act:
    """Wait until it shows: what htmx brings takes a moment."""
    return lambda page, _stage: page.locator(selector).first.wait_for()
