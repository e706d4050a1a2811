"""What an administrator sees: everything, and it cannot be changed."""

import pytest
from accounts import make_user
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from storage import fill, models

MODELS = ["room", "message", "presence"]


def become_boss(client):
    """Have the browser be an administrator's."""
    models()
    client.force_login(make_user("boss", is_staff=True, is_superuser=True))


def add(model, numbers):
    """Store rows of a model, each with a room and a user of its own."""
    for number in numbers:
        name = f"{model}-{number}"
        room = fill(int(model == "message"), room=name, author=name)
        if model == "presence":
            models().Presence.objects.create(
                room=room, user=make_user(name), channel=name
            )


@pytest.mark.parametrize("model", MODELS)
def test_an_administrator_sees_what_is_there(client, model):
    """The rooms, the messages, and who is where."""
    become_boss(client)
    add(model, [1, 2])
    text = client.get(f"/admin/chat/{model}/").text
    assert f"{model}-1" in text
    assert f"{model}-2" in text


@pytest.mark.parametrize("model", MODELS)
def test_twenty_rows_cost_as_many_queries_as_one(client, model):
    """Rooms and users come along, and are not asked for row by row."""
    become_boss(client)
    costs = []
    for numbers in ([1], range(2, 21)):
        add(model, numbers)
        with CaptureQueriesContext(connection) as captured:
            text = client.get(f"/admin/chat/{model}/").text
        costs.append(len(captured))
    assert f"{model}-20" in text
    assert costs[0] == costs[1]


@pytest.mark.parametrize("model", MODELS)
def test_one_can_search_or_need_not(client, model):
    """What the lists offer works, whatever is typed."""
    become_boss(client)
    add(model, [1, 2])
    response = client.get(f"/admin/chat/{model}/", {"q": f"{model}-1"})
    assert response.status_code == 200
    assert f"{model}-1" in response.text
    assert (f"{model}-2" in response.text) is (model == "presence")


@pytest.mark.parametrize("model", ["room", "message"])
def test_nothing_can_be_added_changed_or_deleted(client, model):
    """A row can be looked at; all that would change one is forbidden."""
    become_boss(client)
    add(model, [1])
    row = {"room": "Room", "message": "Message"}[model]
    (pk,) = getattr(models(), row).objects.values_list("pk", flat=True)
    path = f"/admin/chat/{model}/"
    assert client.get(f"{path}{pk}/change/").status_code == 200
    delete = {"action": "delete_selected", "_selected_action": [pk], "post": "yes"}
    for forbidden in (f"{path}add/", f"{path}{pk}/change/", f"{path}{pk}/delete/"):
        assert client.post(forbidden, {"post": "yes"}).status_code == 403
    client.post(path, delete)
    assert getattr(models(), row).objects.filter(pk=pk).exists()


@pytest.mark.parametrize("model", MODELS)
def test_others_see_nothing(client, model):
    """Who is logged in and no administrator is led to the login."""
    models()
    path = f"/admin/chat/{model}/"
    assert client.get(path).status_code == 302
    become_boss(client)
    assert client.get(path).status_code == 200


def test_createsuperuser_makes_an_administrator(client, monkeypatch):
    """Whoever has logged in as one sees the admin; others are led to its login."""
    models()
    assert client.get("/admin/").status_code == 302
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", "six-stages")
    call_command("createsuperuser", "--noinput", username="root", email="", verbosity=0)
    client.login(username="root", password="six-stages")
    assert client.get("/admin/").status_code == 200
