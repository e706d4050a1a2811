import django.db.models.deletion
from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import migrations, models
from django.db.models import OuterRef, Subquery


def fill(apps, schema_editor):
    """Give each message that is there the present name of its author."""
    if schema_editor.connection.vendor == "postgresql":
        # However many they are: the limit is meant for the chat.
        schema_editor.execute("SET LOCAL statement_timeout = 0")
    authors = apps.get_model(settings.AUTH_USER_MODEL).objects
    author = authors.filter(pk=OuterRef("author")).values(
        get_user_model().USERNAME_FIELD
    )
    apps.get_model("chat", "Message").objects.update(name=Subquery(author[:1]))


class Migration(migrations.Migration):
    dependencies = [
        ("chat", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="message",
            name="name",
            field=models.TextField(default=""),
            preserve_default=False,
        ),
        migrations.AlterField(
            model_name="message",
            name="author",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
