"""Loads pipelines for the person who asks. They are the whole account's, so only its owners and admins see them."""

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from ..accounts.models import Membership, User
from ..accounts.sessions import SignedIn
from ..contacts.models import Contact
from ..db import db
from ..errors import Invalid, NotAllowed, NotFound
from .models import Opportunity, Pipeline, Stage
from .moving import NO_SUCH_STAGE


class Viewed(NamedTuple):
    """An opportunity with its pipeline, whose stages are read, its contact and its owner."""

    opportunity: Opportunity
    pipeline: Pipeline
    contact: Contact
    owner: User | None

    @property
    def stage(self) -> Stage:
        """Where it stands."""
        return next(each for each in self.pipeline.stages if each.id == self.opportunity.stage_id)


def require_manager(signed_in: SignedIn) -> None:
    """Raise NotAllowed for a member, who manages their own calendars only."""
    if not signed_in.manages_account:
        raise NotAllowed("Pipelines are managed by the owners and admins of the workspace.")


def pipelines_for(signed_in: SignedIn) -> Sequence[Pipeline]:
    """The account's pipelines with their stages, by name. Raises NotAllowed."""
    require_manager(signed_in)
    mine = select(Pipeline).where(Pipeline.account_id == signed_in.account.id)
    return db.session.scalars(
        mine.options(selectinload(Pipeline.stages)).order_by(Pipeline.name, Pipeline.id)
    ).all()


def pipeline_for(signed_in: SignedIn, pipeline_id: int) -> Pipeline:
    """The pipeline with its stages. Raises NotAllowed for a member, NotFound for one of another account."""
    require_manager(signed_in)
    mine = select(Pipeline).where(Pipeline.account_id == signed_in.account.id, Pipeline.id == pipeline_id)
    found = db.session.scalars(mine.options(selectinload(Pipeline.stages))).one_or_none()
    if found is None:
        raise NotFound("There is no such pipeline.")
    return found


def opportunity_for(signed_in: SignedIn, pipeline_id: int, opportunity_id: int) -> Viewed:
    """The pipeline's opportunity with what belongs to it. Raises NotAllowed and NotFound."""
    pipeline = pipeline_for(signed_in, pipeline_id)
    found = db.session.execute(
        select(Opportunity, Contact, User)
        .join(Contact, Contact.id == Opportunity.contact_id)
        .outerjoin(User, User.id == Opportunity.owner_id)
        .where(Opportunity.pipeline_id == pipeline.id, Opportunity.id == opportunity_id)
    ).one_or_none()
    if found is None:
        raise NotFound("There is no such opportunity.")
    opportunity, contact, owner = found
    return Viewed(opportunity, pipeline, contact, owner)


def stage_of(pipeline: Pipeline, stage_id: int | None) -> Stage:
    """The pipeline's stage of this number. Raises Invalid for any other."""
    found = next((each for each in pipeline.stages if each.id == stage_id), None)
    if found is None:
        raise Invalid(NO_SUCH_STAGE, "stage_id")
    return found


def members_for(signed_in: SignedIn) -> Sequence[User]:
    """The people who may own an opportunity: all of the account, by name."""
    members = select(User).join(Membership, Membership.user_id == User.id)
    return db.session.scalars(
        members.where(Membership.account_id == signed_in.account.id).order_by(User.name, User.id)
    ).all()
