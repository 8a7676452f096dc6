import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('newsroom', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='StoryGift',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('digest', models.CharField(editable=False, max_length=64, unique=True)),
                ('created_at', models.DateTimeField(verbose_name='given')),
                ('expires_at', models.DateTimeField(verbose_name='ends')),
                ('openings_allowed', models.PositiveIntegerField(verbose_name='openings allowed')),
                ('openings', models.PositiveIntegerField(default=0, verbose_name='openings')),
                ('withdrawn_at', models.DateTimeField(blank=True, null=True, verbose_name='withdrawn')),
                ('article', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='gifts', to='newsroom.article', verbose_name='story')),
                ('giver', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='story_gifts', to=settings.AUTH_USER_MODEL, verbose_name='giver')),
            ],
            options={
                'verbose_name': 'given story',
                'verbose_name_plural': 'given stories',
                'ordering': ['-created_at', '-pk'],
                'indexes': [models.Index(fields=['giver', 'created_at'], name='gifts_story_giver_i_61052f_idx')],
                'constraints': [models.CheckConstraint(condition=models.Q(('openings__lte', models.F('openings_allowed'))), name='no_more_openings_than_allowed')],
            },
        ),
    ]
