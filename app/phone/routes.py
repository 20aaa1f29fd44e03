"""Settings > Calls and SMS: how they are taken, where they come in, a test, and what came in lately."""

import secrets

from flask import Response

from .. import clock, config, phones, ratelimit, web
from ..db import transaction
from ..errors import TooMany
from ..messaging.service import Recipient, queue_sms
from . import lately, settings
from .forms import PhoneForm, TestForm

bp = web.owners_blueprint("phone")

MANAGERS_ONLY = "Calls and SMS are set up by the owners and admins of the workspace."
PATH = "/settings/phone"


@bp.before_request
def require_manager() -> None:
    """Members have no business here. Raises NotAllowed."""
    web.current().require_manager(MANAGERS_ONLY)


@bp.get(PATH)
def show() -> Response:
    """Everything on one page."""
    return _page(_form(formdata=None), _test_form(formdata=None))


@bp.post(PATH)
def update() -> Response:
    """Stores what was chosen."""
    form, me = _form(), web.current()
    if not form.submitted():
        return _page(form, _test_form(formdata=None), 422)
    with transaction():
        settings.change(me.account.id, form.setting(), actor_id=me.user.id, now=clock.now())
    return web.go_to(".show", notice="Saved.")


@bp.post(f"{PATH}/hooks")
def renew() -> Response:
    """Addresses and a secret for the provider, in place of the earlier ones."""
    me = web.current()
    with transaction():
        settings.renew_hooks(me.account.id, actor_id=me.user.id, now=clock.now())
    return web.go_to(".show", notice="The addresses and the secret are new.")


@bp.post(f"{PATH}/test")
def send_test() -> Response:
    """One text to a number of the owner's own."""
    form, me, now = _test_form(), web.current(), clock.now()
    if not form.submitted():
        return _page(_form(formdata=None), form, 422)
    try:
        ratelimit.take(settings.TESTS, me.account.id, now=now)
    except TooMany as refusal:
        form.refuse(refusal)
        return _page(_form(formdata=None), form, refusal.status)
    with transaction():
        sent = queue_sms(
            "sms_test",
            Recipient(me.user.name, form.number.data),
            account_id=me.account.id,
            effect=f"test:{secrets.token_hex(8)}",
            at=now,
            user_id=me.user.id,
        )
    return web.go_to("messages.show", message_id=sent, notice="The text is on its way.")


def _page(form: PhoneForm, test: TestForm, status: int = 200) -> Response:
    account_id, now = web.current().account.id, clock.now()
    return web.render(
        "phone/show.html",
        status=status,
        form=form,
        test=test,
        form_errors=[*form.errors, *test.errors],
        hooks=settings.of_account(account_id).hooks,
        base_url=config.current().base_url,
        gateway=config.current().sms,
        incoming=lately.came_in(account_id),
        international=phones.international,
        most=lately.SHOWN,
        reader=web.reader(),
        now=now,
    )


def _form(**options: object) -> PhoneForm:
    chosen = settings.of_account(web.current().account.id).setting
    form = PhoneForm(**vars(chosen), **options)
    form.offer()
    return form


def _test_form(**options: object) -> TestForm:
    form = TestForm(prefix="test", **options)
    form.region = settings.region_of(web.current().account.id)
    return form
