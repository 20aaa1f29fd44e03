"""What a newcomer reads first."""

from datetime import datetime

from ..config import Settings
from ..newcomer import DEMO_PASSWORD_FILE, kept
from .seed import EMAIL, open_link, seed

TEXT = """
  Sign in      {sign_in}
               {email} with the password {password}
  Book a time  {link}
               a one-time link: it makes one booking, and shows the expired page ever after
  Your data    {folder}
"""


def welcome(settings: Settings, now: datetime) -> str:
    """How to get in and what to try, with demo data made if there is none yet. Opens its own transactions."""
    password = kept(settings.data_dir, DEMO_PASSWORD_FILE)
    seed(password, now)
    return TEXT.format(
        sign_in=f"{settings.base_url}/sign-in",
        email=EMAIL,
        password=password,
        link=open_link(now) or "switch a calendar on first",
        folder=settings.data_dir,
    )
