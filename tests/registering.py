"""``python -m tests.registering SOURCE SLUG ...``: projects over sources, by rules in force.

Run inside the site that is to have it: with that site's environment, and its database up.
"""

import json
import os
import sys

import django


def main(*told: str) -> None:
    """Register each source under the slug behind it, and print the numbers of their cursors."""
    from django.utils import timezone  # noqa: PLC0415

    from config.demo.story import publish_rules  # noqa: PLC0415
    from credits.models import Project  # noqa: PLC0415
    from harvesters.services.harvesting import register_source  # noqa: PLC0415
    from harvesters.sources import open_forge  # noqa: PLC0415

    now = timezone.now()
    publish_rules(now)
    numbers = []
    for source, slug in zip(told[::2], told[1::2], strict=True):
        forge, address = open_forge(source, now=now)
        cursor = register_source(source, forge.find_repository(address), now=now)
        project = Project.objects.create(slug=slug, name=slug, registered_at=now)
        project.repositories.add(cursor.repository)
        numbers.append(cursor.pk)
    sys.stdout.write(json.dumps(numbers))


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    main(*sys.argv[1:])
