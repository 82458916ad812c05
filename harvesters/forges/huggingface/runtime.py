"""Whether a space is live: what the Hub tells of its runtime, with what the space is.

The stages are those of huggingface_hub (``SpaceStage`` in ``_space_api.py``) and of the Hub's own
description. A space without visitors is put to sleep, and the next visitor wakes it: that is live.
One that is paused only its owner can wake. While a new version is built or starts, the one before
still runs, where there is one (``RUNNING_...``).
"""

from datetime import UTC, datetime

from harvesters.forge import Sighting
from harvesters.forges.huggingface.nodes import Node

LIVE = frozenset({"RUNNING", "RUNNING_BUILDING", "RUNNING_APP_STARTING", "SLEEPING"})
DOWN = frozenset(
    {
        *("BUILDING", "APP_STARTING", "PAUSED", "STOPPED", "DELETING"),
        *("NO_APP_FILE", "CONFIG_ERROR", "BUILD_ERROR", "RUNTIME_ERROR"),
    }
)


def sighting_of(space: Node, *, now: datetime) -> Sighting | None:
    """How ``space`` was seen; None where the Hub tells nothing, or a stage that nobody knows.

    What only its owners may open is live for nobody else.
    """
    runtime = space.get("runtime")
    stage = runtime.get("stage") if isinstance(runtime, dict) else None
    if not isinstance(stage, str) or stage not in LIVE | DOWN:
        return None
    is_open = space.get("private") is not True and not space.get("disabled")
    return Sighting(now.astimezone(UTC).date(), is_live=is_open and stage in LIVE)
