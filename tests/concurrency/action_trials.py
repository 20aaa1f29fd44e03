"""A trial of each kind of step that does something. What stands after their kinds tries one of them in another way."""

from collections.abc import Callable
from functools import partial

from app.db import db
from app.links.models import LinkSource, OneTimeLink
from app.links.service import address_of
from app.pipelines.models import Opportunity
from app.workflows.models import RunState
from app.workflows.steps import Step

from .trial import Bench, Trial, Try, tag
from .workspace import DAY

WON = 2  # a stage that nobody is brought to otherwise
LINK = "{{ one_time_link }}"


def _create_link(bench: Bench) -> Trial:
    chosen = {"expires_days": 7, "note": "By itself", "checks_recipient": True}
    seen = yield Try((Step("link", "create_link", {"calendar_id": bench.calendar_id, **chosen}),))
    link = db.session.scalars(db.select(OneTimeLink).where(OneTimeLink.contact_id == seen.contact.id)).one()
    assert seen.steps["link"].output == {"link_id": link.id}
    assert (link.source, link.calendar_id) == (LinkSource.WORKFLOW, bench.calendar_id)
    assert (link.for_email, link.note, link.checks_recipient) == (seen.case.email, "By itself", True)
    assert 7 * DAY < link.expires_at - link.created_at <= 8 * DAY


def _send_email(bench: Bench) -> Trial:
    """Its link is its own: no step before it has made one."""
    text = f"{{{{ contact.first_name }}}}: {LINK}"
    said = {"subject": "Hello {{ contact.name }}", "text": text, "calendar_id": bench.calendar_id}
    seen = yield Try((Step("mail", "send_email", said),))
    link = db.session.get(OneTimeLink, seen.steps["mail"].output["link_id"])
    (mail,) = bench.outside.mails_to(seen.case.email)
    assert mail.startswith("Hello Sam Lee\n")
    assert f"Sam: {address_of(link)}" in mail


def _send_sms(bench: Bench) -> Trial:
    made = Step("link", "create_link", {"calendar_id": bench.calendar_id})
    seen = yield Try((made, Step("sms", "send_sms", {"text": f"Book: {LINK}"})))
    link = db.session.get(OneTimeLink, seen.steps["link"].output["link_id"])
    assert seen.steps["sms"].output["link_id"] == link.id
    assert bench.outside.texts_to(seen.case.phone) == [f"Book: {address_of(link)}"]


def _remove_tag(_bench: Bench) -> Trial:
    remove = partial(Step, kind="remove_tag")
    steps = (tag("vip"), remove("remove", options={"tag": "vip"}), remove("again", options={"tag": "vip"}))
    seen = yield Try(steps)
    assert (seen.steps["remove"].state, seen.steps["again"].state, seen.tags) == ("done", "skipped", [])


def _add_tag(_bench: Bench) -> Trial:
    seen = yield Try((tag("vip"), tag("VIP ", "again")))
    assert (seen.steps["tag"].state, seen.steps["again"].state, seen.tags) == ("done", "skipped", ["vip"])


def _set_field(bench: Bench) -> Trial:
    chosen = {"field": bench.place.field, "value": "{{ contact.first_name }} & Co"}
    seen = yield Try((Step("set", "set_field", chosen),))
    assert seen.contact.fields == {bench.place.field: "Sam & Co"}
    assert seen.steps["set"].output == {"value": "Sam & Co"}


def _move_stage(bench: Bench) -> Trial:
    seen = yield Try((Step("move", "move_stage", {"stage_id": bench.place.stage_ids[WON]}),))
    mine = db.select(Opportunity).where(Opportunity.contact_id == seen.contact.id)
    opportunity = db.session.scalars(mine).one()
    assert opportunity.stage_id == bench.place.stage_ids[WON]
    assert seen.steps["move"].output == {"opportunity_id": opportunity.id}


def _notify(bench: Bench) -> Trial:
    ada = bench.place.ada
    seen = yield Try((Step("tell", "notify", {"user_id": ada.id, "text": "Call {{ contact.email }}"}),))
    (mail,) = (
        each for each in bench.outside.mails_to(ada.email) if seen.case.email in each.partition("\n")[0]
    )
    assert mail.startswith(f"Call {seen.case.email}\n")
    assert f"/workflows/runs/{seen.run.id}" in mail


def _webhook(bench: Bench) -> Trial:
    seen = yield Try((Step("call", "webhook", {"url": f"{bench.outside.program.address}/new"}),))
    ((name, said),) = bench.outside.calls_about(seen.case.email)
    assert name == said["id"] == f"run:{seen.run.id}:call"
    assert (said["contact"]["id"], said["workflow"]["name"]) == (seen.contact.id, seen.case.name)
    assert seen.steps["call"].output == {"status": 200}


def _webhook_inside(_bench: Bench) -> Trial:
    """R25: what no setting allows is not asked, and the run says why it stands still."""
    seen = yield Try((Step("call", "webhook", {"url": "http://10.0.0.1/new"}), tag("after")))
    assert (seen.run.state, seen.steps["call"].state, seen.tags) == (RunState.FAILED, "failed", [])
    assert seen.run.why == "10.0.0.1 is not on the open internet, and addresses inside are not asked."


def _stop(_bench: Bench) -> Trial:
    seen = yield Try((Step("stop", "stop"), tag("after")))
    assert (seen.run.state, set(seen.steps), seen.tags) == (RunState.DONE, {"stop"}, [])


ACTIONS: dict[str, Callable[[Bench], Trial]] = {
    "create_link": _create_link,
    "send_email": _send_email,
    "send_sms": _send_sms,
    "add_tag": _add_tag,
    "remove_tag": _remove_tag,
    "set_field": _set_field,
    "move_stage": _move_stage,
    "notify": _notify,
    "webhook": _webhook,
    "webhook inside": _webhook_inside,
    "stop": _stop,
}
