import shutil

from django.db import migrations, models

from broadsheet.settings.django import PAPER


def throw_away(apps, schema_editor):
    """Copies that are files on one host: whoever wants one asks again."""
    apps.get_model("readers", "Export").objects.all().delete()
    shutil.rmtree(PAPER.data_dir / "exports", ignore_errors=True)


class Migration(migrations.Migration):
    dependencies = [("readers", "0003_exports")]

    operations = [
        migrations.RunPython(throw_away, migrations.RunPython.noop),
        migrations.RemoveField(model_name="export", name="name"),
        migrations.AddField(
            model_name="export", name="file", field=models.BinaryField(null=True)
        ),
    ]
