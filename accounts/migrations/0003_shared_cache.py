from django.db import migrations

CREATE = """
CREATE TABLE accounts_sharedcache (
    cache_key varchar(255) PRIMARY KEY,
    value text NOT NULL,
    expires timestamp with time zone NOT NULL
);
CREATE INDEX accounts_sharedcache_expires ON accounts_sharedcache (expires);
"""


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0002_identities_proved_here'),
    ]

    operations = [
        migrations.RunSQL(CREATE, "DROP TABLE accounts_sharedcache;"),
    ]
