"""Find what is entered and not signed without reading all that is."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("credits", "0019_entered_before_signed")]

    operations = [
        migrations.AddIndex(
            "certificate",
            models.Index(
                condition=models.Q(("signed_at", None)),
                fields=["id"],
                name="certificate_to_be_signed",
            ),
        ),
    ]
