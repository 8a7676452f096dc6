import django.db.models.deletion
import modelcluster.fields
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('subscriptions', '0002_prices_and_bought_seats'),
    ]

    operations = [
        migrations.CreateModel(
            name='Institution',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=120, unique=True, verbose_name='name')),
                ('subscription', models.ForeignKey(help_text='Its networks read while this subscription is current.', on_delete=django.db.models.deletion.CASCADE, related_name='+', to='subscriptions.subscription', verbose_name='subscription')),
            ],
            options={
                'verbose_name': 'institution',
                'verbose_name_plural': 'institutions',
                'ordering': ['name'],
            },
        ),
        migrations.CreateModel(
            name='Network',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('cidr', models.CharField(help_text='As in 192.0.2.0/24 or 2001:db8::/32; a single address stands alone.', max_length=43, verbose_name='range')),
                ('first', models.CharField(db_index=True, editable=False, max_length=32)),
                ('last', models.CharField(editable=False, max_length=32)),
                ('institution', modelcluster.fields.ParentalKey(on_delete=django.db.models.deletion.CASCADE, related_name='networks', to='institutions.institution', verbose_name='institution')),
            ],
            options={
                'verbose_name': 'network',
                'verbose_name_plural': 'networks',
                'ordering': ['first', 'pk'],
            },
        ),
    ]
