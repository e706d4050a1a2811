"""What an administrator sees. Messages are shown, and not changed: they are numbered,
and everybody has got them.
"""

from django.contrib import admin
from django.contrib.auth import get_user_model

from .models import Message, Presence, Room


class ReadOnly(admin.ModelAdmin):
    """Rows to look at."""

    def has_add_permission(self, request, obj=None):
        """Refuse to add one."""
        return False

    def has_change_permission(self, request, obj=None):
        """Refuse to change one."""
        return False

    def has_delete_permission(self, request, obj=None):
        """Refuse to delete one."""
        return False


@admin.register(Room)
class RoomAdmin(ReadOnly):
    """Rooms, and how many messages each has."""

    list_display = ["name", "seq"]
    ordering = ["name"]
    search_fields = ["name"]


@admin.register(Message)
class MessageAdmin(ReadOnly):
    """Messages, the newest first."""

    list_display = ["room", "seq", "name", "text", "created"]
    list_select_related = ["room"]
    ordering = ["-pk"]
    search_fields = ["room__name", "name", "text"]


@admin.register(Presence)
class PresenceAdmin(ReadOnly):
    """Who is in which room."""

    list_display = ["room", "user", "renewed"]
    list_select_related = ["room", "user"]
    ordering = ["room__name", f"user__{get_user_model().USERNAME_FIELD}"]

    def has_delete_permission(self, request, obj=None):
        """Allow it: an administrator who deletes a user deletes the leases, too."""
        return True
