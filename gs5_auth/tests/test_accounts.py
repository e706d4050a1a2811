"""Accounts: the pages to log in, sign up and log out."""

import re

import pytest
from accounts import make_user
from django.core import mail
from django.test import Client as Browser

WORD = "to-be-or-not"
FRESH = "a-fresh-word"
ACCOUNT = {"username": "carol", "password1": WORD, "password2": WORD}
OPEN = ["login/", "signup/", "password_reset/", "password_reset/done/"]
OPEN += ["reset/done/", "reset/x/y/"]
OWN = ["password_change/", "password_change/done/"]


@pytest.fixture(autouse=True)
def quick_passwords(settings):
    """Hash passwords quickly, and so badly."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


def make_account(name, **fields):
    """Make a user with a password."""
    user = make_user(name, **fields)
    user.set_password(WORD)
    user.save()


@pytest.mark.parametrize("path", ["/", "/chat/red/"])
def test_a_page_needs_a_login(path):
    """Without a login each page leads to the login page, and back."""
    response = Browser().get(path)
    assert response.status_code == 302
    assert response["Location"] == f"/accounts/login/?next={path}"


def test_logging_in_leads_to_where_one_wanted():
    """After the login page comes the page that was asked for."""
    make_account("alice")
    fields = {"username": "alice", "password": WORD}
    response = Browser().post("/accounts/login/?next=/chat/red/", fields)
    assert (response.status_code, response["Location"]) == (302, "/chat/red/")


def test_logging_in_leads_to_no_other_site():
    """Whoever sends somebody a link to our login page cannot say what follows it."""
    make_account("alice")
    fields = {"username": "alice", "password": WORD}
    response = Browser().post("/accounts/login/?next=http://evil.example/", fields)
    assert (response.status_code, response["Location"]) == (302, "/")


@pytest.mark.parametrize("name", ["alice", "nobody"])
def test_a_wrong_password_is_told(name):
    """The page says that name and password do not match, and not which is wrong."""
    make_account("alice")
    fields = {"username": name, "password": "wrong"}
    response = Browser().post("/accounts/login/", fields)
    assert response.status_code == 200
    assert "correct username and password" in response.text


def test_signing_up_logs_in():
    """Whoever makes an account is in the lobby, under its name."""
    browser = Browser()
    response = browser.post("/accounts/signup/", ACCOUNT, follow=True)
    assert response.redirect_chain == [("/", 302)]
    assert "<span>carol</span>" in response.text


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"password2": "something else"}, "didn’t match"),
        ({"password1": "password", "password2": "password"}, "too common"),
        ({"password1": "a1b2", "password2": "a1b2"}, "too short"),
        ({"password1": "90817263", "password2": "90817263"}, "entirely numeric"),
        ({"password1": "carol123", "password2": "carol123"}, "too similar"),
        ({"username": "not legal"}, "valid username"),
        ({"username": ""}, "required"),
    ],
)
def test_a_bad_account_is_told(change, reason):
    """The form says what is wrong, and makes no account."""
    browser = Browser()
    response = browser.post("/accounts/signup/", ACCOUNT | change)
    assert response.status_code == 200
    assert reason in response.text
    assert browser.get("/").status_code == 302


def test_a_name_is_taken_once():
    """Nobody gets the name of somebody else."""
    make_user("carol")
    response = Browser().post("/accounts/signup/", ACCOUNT)
    assert "already exists" in response.text


def test_logging_out_needs_post(client):
    """A link to it on another page logs nobody out: HTTP 405 for GET."""
    assert client.get("/").status_code == 200
    assert client.get("/accounts/logout/").status_code == 405
    assert client.get("/").status_code == 200
    assert client.post("/accounts/logout/")["Location"] == "/accounts/login/"
    assert client.get("/").status_code == 302


def test_another_site_logs_nobody_out(client):
    """Nor does a form of theirs: without our token HTTP 403 (CSRF)."""
    client.handler.enforce_csrf_checks = True
    page = client.get("/")
    assert client.post("/accounts/logout/").status_code == 403
    assert client.get("/").status_code == 200
    fields = {"csrfmiddlewaretoken": str(page.context["csrf_token"])}
    assert client.post("/accounts/logout/", fields).status_code == 302


@pytest.mark.parametrize("path", OPEN)
def test_each_page_for_strangers_looks_like_the_rest(path):
    """Whoever is not logged in gets our style, and no button to log out."""
    response = Browser().get(f"/accounts/{path}")
    assert response.status_code == 200
    assert "chat/style.css" in response.text
    assert "Log out" not in response.text


@pytest.mark.parametrize("path", OPEN + OWN)
def test_each_account_page_looks_like_the_rest(client, path):
    """Whoever is logged in gets our style, the name, and a button to log out."""
    response = client.get(f"/accounts/{path}")
    assert response.status_code == 200
    assert "chat/style.css" in response.text
    assert "<span>visitor</span>" in response.text
    assert "Log out" in response.text


@pytest.mark.parametrize("path", OWN)
def test_a_stranger_changes_no_password(path):
    """The pages of one's own account lead to the login page."""
    response = Browser().get(f"/accounts/{path}")
    assert response.status_code == 302
    assert response["Location"] == f"/accounts/login/?next=/accounts/{path}"


def test_a_password_can_be_changed():
    """Whoever knows the old one sets another, and stays logged in."""
    make_account("alice")
    browser = Browser()
    browser.post("/accounts/login/", {"username": "alice", "password": WORD})
    fields = {"old_password": WORD, "new_password1": FRESH, "new_password2": FRESH}
    response = browser.post("/accounts/password_change/", fields, follow=True)
    assert response.redirect_chain == [("/accounts/password_change/done/", 302)]
    assert "chat/style.css" in response.text
    assert browser.get("/").status_code == 200
    assert make_user("alice").check_password(FRESH)


def test_a_forgotten_password_can_be_replaced():
    """The mail has a link to a page that takes a new password."""
    make_account("alice", email="alice@example.org")
    browser = Browser()
    browser.post("/accounts/password_reset/", {"email": "alice@example.org"})
    (message,) = mail.outbox
    (link,) = re.findall(r"http://testserver(/accounts/reset/\S+)", message.body)
    form = browser.get(link, follow=True)
    assert "chat/style.css" in form.text
    fields = {"new_password1": FRESH, "new_password2": FRESH}
    done = browser.post(form.redirect_chain[-1][0], fields)
    assert done["Location"] == "/accounts/reset/done/"
    assert make_user("alice").check_password(FRESH)
    # The link is good for once.
    assert "new_password1" not in browser.get(link, follow=True).text
