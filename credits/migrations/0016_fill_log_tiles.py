"""Keep the roots of the tiles that a log from before tiles has filled already."""

from typing import Any

from django.db import migrations

from credits.core.merkle import root_hash
from credits.core.tiles import TILE_WIDTH


def fill(apps: Any, _schema_editor: Any) -> None:
    entries = apps.get_model("credits", "LogEntry").objects.order_by("index")
    tiles = apps.get_model("credits", "LogTile").objects
    hashes = [bytes.fromhex(leaf) for leaf in entries.values_list("leaf_hash", flat=True)]
    level = 0
    while len(hashes) >= TILE_WIDTH:
        whole = range(0, len(hashes) // TILE_WIDTH * TILE_WIDTH, TILE_WIDTH)
        hashes = [root_hash(hashes[start : start + TILE_WIDTH]) for start in whole]
        tiles.bulk_create(
            [
                tiles.model(level=level, index=index, root_hash=root.hex())
                for index, root in enumerate(hashes)
            ],
            batch_size=2000,
        )
        level += 1


class Migration(migrations.Migration):

    dependencies = [("credits", "0015_log_tiles")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
