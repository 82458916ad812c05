"""Worth: projects and rule sets, scores, certificates, the log, recognition."""

from credits.models.certificate import Certificate, CertificateItem, IssuerKey, StatusList
from credits.models.idempotency import KeptAnswer
from credits.models.log import Checkpoint, LogEntry
from credits.models.project import Project, RuleSet
from credits.models.recognition import (
    Application,
    Claim,
    CreditPolicy,
    Recognition,
    RecognitionEvent,
)
from credits.models.rulings import BotVerdict, Ruling
from credits.models.scoring import Placement, RepositoryStanding, RuleSetScoring, Score
from credits.models.work_claims import WorkClaim

__all__ = [
    "Application",
    "BotVerdict",
    "Certificate",
    "CertificateItem",
    "Checkpoint",
    "Claim",
    "CreditPolicy",
    "IssuerKey",
    "KeptAnswer",
    "LogEntry",
    "Placement",
    "Project",
    "Recognition",
    "RecognitionEvent",
    "RepositoryStanding",
    "RuleSet",
    "RuleSetScoring",
    "Ruling",
    "Score",
    "StatusList",
    "WorkClaim",
]
