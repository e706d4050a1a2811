"""What Django does with this app when it starts."""

from django.apps import AppConfig
from django.core.checks import register


class ChatConfig(AppConfig):
    """The app. Its checks run with those of Django, when a server starts."""

    name = "chat"

    def ready(self):
        """Register the checks, which need the models and so come this late."""
        from . import checks

        register(checks.check_sessions, "chat")
        register(checks.check_user_model, "chat")
        register(checks.check_origins, "chat")
        register(checks.check_lease, "chat")
        register(checks.check_database, "chat")
