"""Facts: what happened on the forges, and how far it is read."""

from harvesters.models.facts import (
    Actor,
    ActorLogin,
    ChangedContribution,
    Contribution,
    DemoSighting,
    Participation,
    Repository,
    RepositoryFile,
    RepositoryPath,
    WorkKey,
)
from harvesters.models.harvest import HarvestCursor, HarvestCursorQuerySet, HarvestGap, KeptAnswer
from harvesters.models.upkeep import Heartbeat, RateBudget, WebhookDelivery

__all__ = [
    "Actor",
    "ActorLogin",
    "ChangedContribution",
    "Contribution",
    "DemoSighting",
    "HarvestCursor",
    "HarvestCursorQuerySet",
    "HarvestGap",
    "Heartbeat",
    "KeptAnswer",
    "Participation",
    "RateBudget",
    "Repository",
    "RepositoryFile",
    "RepositoryPath",
    "WebhookDelivery",
    "WorkKey",
]
