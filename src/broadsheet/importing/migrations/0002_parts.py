import shutil

import django.db.models.deletion
from django.db import migrations, models

from broadsheet.settings.django import PAPER


def throw_away(apps, schema_editor):
    """Files on one host that wait there: staff send them again."""
    shutil.rmtree(PAPER.data_dir / "imports", ignore_errors=True)


class Migration(migrations.Migration):
    dependencies = [("importing", "0001_imports")]

    operations = [
        migrations.CreateModel(
            name="ImportPart",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.PositiveIntegerField()),
                ("data", models.BinaryField()),
                (
                    "run",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="parts",
                        to="importing.importrun",
                    ),
                ),
            ],
            options={
                "ordering": ["number"],
                "default_permissions": (),
                "constraints": [
                    models.UniqueConstraint(
                        fields=("run", "number"), name="one_part_of_each_number"
                    )
                ],
            },
        ),
        migrations.RunPython(throw_away, migrations.RunPython.noop),
    ]
