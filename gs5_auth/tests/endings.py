"""The ways in which a login ends; each takes the session's key."""

from accounts import make_user
from django.conf import settings
from django.test import Client as Browser


def log_out(session_key):
    """Log out, as one does on a page."""
    browser = Browser()
    browser.cookies[settings.SESSION_COOKIE_NAME] = session_key
    browser.post("/accounts/logout/")


def deactivate(session_key):
    """Have an administrator take the account away."""
    make_user("alice", is_active=False)


def change_password(session_key):
    """Have an administrator, or another browser, set another password."""
    make_user("alice", password="changed")


def delete_user(session_key):
    """Have an administrator delete the account."""
    make_user("alice").delete()


def delete_session(session_key):
    """Delete the session's row."""
    from django.contrib.sessions.models import Session

    Session.objects.get(session_key=session_key).delete()


def expire_session(session_key):
    """Let the session's time run out."""
    from django.contrib.sessions.models import Session
    from django.utils import timezone

    Session.objects.filter(session_key=session_key).update(expire_date=timezone.now())


ENDINGS = [
    log_out,
    deactivate,
    change_password,
    delete_user,
    delete_session,
    expire_session,
]
