"""The address that an account is asked for: where a forgotten password is mended."""

import re

import pytest
from accounts import make_user
from django.core import mail
from django.test import Client as Browser

WORD = "to-be-or-not"
ACCOUNT = {"username": "carol", "password1": WORD, "password2": WORD}
ADDRESS = "carol@example.org"


@pytest.fixture(autouse=True)
def quick_passwords(settings):
    """Hash passwords quickly, and so badly."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


def sign_up(**fields):
    """Make carol's account on the page. Return what follows."""
    response = Browser().post("/accounts/signup/", ACCOUNT | fields)
    assert response.status_code != 404
    return response


def ask_for(name):
    """Return the page to sign up, and its input of a name."""
    text = Browser().get("/accounts/signup/").text
    found = re.findall(f'<input[^>]+name="{name}"[^>]*>', text)
    assert len(found) == 1
    return text, found[0]


def test_who_signed_up_with_an_address_gets_the_mail():
    """One mail, to the address that was given, with a link that leads to a page for a
    new password.
    """
    assert sign_up(email=ADDRESS)["Location"] == "/"
    browser = Browser()
    response = browser.post("/accounts/password_reset/", {"email": ADDRESS})
    assert response["Location"] == "/accounts/password_reset/done/"
    (message,) = mail.outbox
    assert message.to == [ADDRESS]
    assert "carol" in message.body
    (link,) = re.findall(r"http://testserver(/accounts/reset/\S+)", message.body)
    assert "new_password1" in browser.get(link, follow=True).text


@pytest.mark.parametrize("fields", [{}, {"email": ""}])
def test_an_account_needs_no_address(fields):
    """Whoever wants none gives none, and is in; then no mail can be sent."""
    assert sign_up(**fields)["Location"] == "/"
    assert make_user("carol").email == ""
    Browser().post("/accounts/password_reset/", {"email": ADDRESS})
    assert mail.outbox == []


def test_the_page_says_what_the_address_is_for():
    """The field is there, optional, and says so in words."""
    text, field = ask_for("email")
    assert 'type="email"' in field
    assert "required" not in field
    assert "If you forget your password" in text


def test_an_address_that_is_none_is_told():
    """The form says so, and makes no account."""
    response = sign_up(email="carol at example")
    assert response.status_code == 200
    assert "valid email address" in response.text
    from django.contrib.auth.models import User

    assert not User.objects.exists()


def test_the_name_is_typed_as_on_the_login_page():
    """A phone does not begin it with a capital, and a browser remembers it."""
    _, field = ask_for("username")
    assert 'autocapitalize="none"' in field
    assert 'autocomplete="username"' in field
