"""What an edition said of its one newsletter becomes a list."""

from django.db import migrations
from django.utils.text import slugify


def make_lists(apps, schema_editor):
    newsletters = apps.get_model("newsletters", "Newsletter")
    for edition in apps.get_model("newsroom", "Edition").objects.exclude(newsletter_name=""):
        newsletters.objects.get_or_create(
            edition=edition,
            slug=slugify(edition.newsletter_name)[:60] or "newsletter",
            defaults={"name": edition.newsletter_name, "pitch": edition.newsletter_pitch},
        )


class Migration(migrations.Migration):
    dependencies = [("newsletters", "0001_initial")]
    operations = [migrations.RunPython(make_lists, migrations.RunPython.noop)]
