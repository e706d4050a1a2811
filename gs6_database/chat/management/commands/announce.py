"""python manage.py announce TEXT: to every browser, from a process without any."""

from asgiref.sync import async_to_sync
from channels.layers import InMemoryChannelLayer, get_channel_layer
from django.core.management.base import BaseCommand, CommandError
from redis.exceptions import RedisError

from chat.consumers import announce
from chat.protocol import Refused, check


class Command(BaseCommand):
    """The command announce."""

    help = "Announce a text in every room."

    def add_arguments(self, parser):
        """Take the text as one argument."""
        parser.add_argument("text")

    def handle(self, *args, text, **options):
        """Announce the text, or say why not."""
        if isinstance(get_channel_layer(), InMemoryChannelLayer):
            raise CommandError(
                "The in-memory layer ends with this process: nobody would hear it. "
                "Set REDIS_URL, here and for the server."
            )
        try:
            async_to_sync(announce)(check(text))
        except Refused as refusal:
            raise CommandError(f"Not announced: {refusal}.") from None
        except RedisError as error:
            raise CommandError(f"Redis does not answer: {error}") from None
        self.stdout.write("Announced.")
