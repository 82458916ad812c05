"""Worth: projects and rule sets, scores, certificates, the log, recognition."""

from credits.models.certificate import (
    Certificate,
    CertificateItem,
    StatusList,
)
from credits.models.coursework import CourseAssignment, CourseworkTerms
from credits.models.disputes import Dispute
from credits.models.idempotency import KeptAnswer
from credits.models.integrity import IntegrityReview
from credits.models.keys import IssuerKey, IssuerTokenKey
from credits.models.log import Checkpoint, LogEntry, LogTile
from credits.models.notices import Notice
from credits.models.project import Project, RuleSet
from credits.models.recognition import (
    Application,
    Claim,
    CreditPolicy,
    Recognition,
    RecognitionEvent,
)
from credits.models.rules import RepositoryRules, RuleSetApproval
from credits.models.rulings import BotVerdict, Ruling
from credits.models.scoring import (
    Placement,
    RepositoryStanding,
    RuleSetScoring,
    Score,
    ScoredMonth,
)
from credits.models.sharing import SealedCertificate, Share
from credits.models.wallets import BoundCertificate, WalletOffer
from credits.models.work_claims import WorkClaim

__all__ = [
    "Application",
    "BotVerdict",
    "BoundCertificate",
    "Certificate",
    "CertificateItem",
    "Checkpoint",
    "Claim",
    "CourseAssignment",
    "CourseworkTerms",
    "CreditPolicy",
    "Dispute",
    "IntegrityReview",
    "IssuerKey",
    "IssuerTokenKey",
    "KeptAnswer",
    "LogEntry",
    "LogTile",
    "Notice",
    "Placement",
    "Project",
    "Recognition",
    "RecognitionEvent",
    "RepositoryRules",
    "RepositoryStanding",
    "RuleSet",
    "RuleSetApproval",
    "RuleSetScoring",
    "Ruling",
    "Score",
    "ScoredMonth",
    "SealedCertificate",
    "Share",
    "StatusList",
    "WalletOffer",
    "WorkClaim",
]
