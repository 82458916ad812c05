"""Worth: projects and rule sets, scores, certificates, the log, recognition."""

from credits.models.certificate import Certificate, CertificateItem, IssuerKey, StatusList
from credits.models.idempotency import KeptAnswer
from credits.models.integrity import IntegrityReview
from credits.models.log import Checkpoint, LogEntry
from credits.models.project import Project, RuleSet
from credits.models.recognition import (
    Application,
    Claim,
    CreditPolicy,
    Recognition,
    RecognitionEvent,
)
from credits.models.scoring import Score

__all__ = [
    "Application",
    "Certificate",
    "CertificateItem",
    "Checkpoint",
    "Claim",
    "CreditPolicy",
    "IntegrityReview",
    "IssuerKey",
    "KeptAnswer",
    "LogEntry",
    "Project",
    "Recognition",
    "RecognitionEvent",
    "RuleSet",
    "Score",
    "StatusList",
]
