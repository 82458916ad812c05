"""The root of each full tile of the log is kept, and never changed either."""

from django.db import migrations, models

GUARD = """
CREATE TRIGGER log_tile_is_append_only BEFORE UPDATE OR DELETE ON credits_logtile
    FOR EACH ROW EXECUTE FUNCTION credits_refuse_edit();
CREATE TRIGGER log_tile_is_not_truncated BEFORE TRUNCATE ON credits_logtile
    FOR EACH STATEMENT EXECUTE FUNCTION credits_refuse_edit();
"""

UNGUARD = """
DROP TRIGGER log_tile_is_not_truncated ON credits_logtile;
DROP TRIGGER log_tile_is_append_only ON credits_logtile;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('credits', '0014_work_claims'),
    ]

    operations = [
        migrations.AlterField(
            model_name='logentry',
            name='kind',
            field=models.CharField(choices=[('issue', 'certificate issued'), ('revoke', 'certificate revoked'), ('supersede', 'certificate superseded'), ('suspend', 'certificate suspended or reinstated'), ('rule_set', 'rule set published'), ('key', 'issuer key published'), ('recognition', 'recognition booked'), ('claim', 'contributions claimed for credits'), ('release', 'claimed contributions released'), ('dispute', 'dispute decided')], max_length=16),
        ),
        migrations.CreateModel(
            name='LogTile',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('level', models.PositiveSmallIntegerField()),
                ('index', models.BigIntegerField()),
                ('root_hash', models.CharField(max_length=64)),
            ],
            options={
                'ordering': ['level', 'index'],
                'constraints': [models.UniqueConstraint(fields=('level', 'index'), name='log_tile_once_per_place')],
            },
        ),
        migrations.RunSQL(GUARD, UNGUARD),
    ]
