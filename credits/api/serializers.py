"""The shapes of API v1: what the schema shows, what `sql_lists.py` must equal, what is taken in."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from rest_framework import serializers

from accounts.models import Institution, Membership, User
from credits.models import Application, Certificate, CreditPolicy, Recognition, RecognitionEvent


class UtcField(serializers.DateTimeField):
    """A time as RFC 3339 in UTC."""

    def __init__(self, **options: Any) -> None:
        super().__init__(format="%Y-%m-%dT%H:%M:%S.%fZ", default_timezone=UTC, **options)


class StrictSerializer(serializers.Serializer[Any]):
    """Input whose unknown fields are refused, so that no misspelt field is lost in silence."""

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, dict):
            unknown = [name for name in data if name not in self.fields]
            if unknown:
                known = ", ".join(self.fields)
                message = _("There is no such field. Known fields: %(known)s.") % {"known": known}
                raise serializers.ValidationError({name: [message] for name in unknown}, "unknown")
        return super().to_internal_value(data)


class LearnerSerializer(serializers.Serializer[User]):
    """The person, as the asking institution knows them."""

    name = serializers.CharField(source="display_name")
    student_number = serializers.SerializerMethodField()

    def get_student_number(self, person: User) -> str:
        institution: Institution = self.context["institution"]
        for held in person.memberships.all():
            is_student = held.role == Membership.Role.STUDENT and held.ended_at is None
            if is_student and held.institution_id == institution.pk:
                return held.person_code
        return ""


class VersionSerializer(serializers.Serializer[Any]):
    """A published text by name, version and SHA-256."""

    slug = serializers.CharField()
    version = serializers.CharField()
    digest = serializers.CharField()


class CertificateSerializer(serializers.ModelSerializer[Certificate]):
    """A certificate in a list."""

    status = serializers.SerializerMethodField()
    learner = LearnerSerializer(source="holder")
    period_start = UtcField()
    period_end = UtcField()
    projects = serializers.SerializerMethodField()
    rule_set = VersionSerializer()
    points = serializers.SerializerMethodField(help_text="Decimal, at most 3 places.")
    issued_at = UtcField()
    expires_at = UtcField(allow_null=True)
    revoked_at = UtcField(allow_null=True)
    superseded_by = serializers.SerializerMethodField(
        help_text="The code of the certificate that took its place."
    )
    suspended_at = UtcField(allow_null=True)
    verify_url = serializers.SerializerMethodField()

    class Meta:
        model = Certificate
        fields = [
            "code",
            "status",
            "learner",
            "period_start",
            "period_end",
            "projects",
            "rule_set",
            "points",
            "digest",
            "issued_at",
            "expires_at",
            "revoked_at",
            "revocation_reason",
            "superseded_by",
            "suspended_at",
            "suspension_reason",
            "verify_url",
        ]

    def get_projects(self, certificate: Certificate) -> list[str]:
        return sorted(project.slug for project in certificate.projects.all())

    def get_status(self, certificate: Certificate) -> str:
        now: datetime = self.context["now"]
        if certificate.revoked_at:
            return "superseded" if certificate.superseded_by_id else "revoked"
        if certificate.suspended_at:
            return "suspended"
        has_expired = certificate.expires_at is not None and certificate.expires_at <= now
        return "expired" if has_expired else "valid"

    def get_superseded_by(self, certificate: Certificate) -> str | None:
        successor = certificate.superseded_by
        return successor.code if successor else None

    def get_points(self, certificate: Certificate) -> str:
        return f"{certificate.decimal_points.normalize():f}"

    def get_verify_url(self, certificate: Certificate) -> str:
        return f"{self.context['base_url']}/c/{certificate.code}"


class CertificateDetailSerializer(CertificateSerializer):
    """A certificate with the signed document."""

    credential = serializers.JSONField(help_text="The signed credential, verbatim.")

    class Meta(CertificateSerializer.Meta):
        fields = [*CertificateSerializer.Meta.fields, "credential"]


class ApplicationSerializer(serializers.ModelSerializer[Application]):
    """What a student asks of the institution."""

    learner = LearnerSerializer(source="applicant")
    certificates = serializers.SerializerMethodField()
    policy = VersionSerializer()
    submitted_at = UtcField()
    decided_at = UtcField(allow_null=True)

    class Meta:
        model = Application
        fields = [
            "id",
            "state",
            "learner",
            "certificates",
            "policy",
            "proposed_credits",
            "note",
            "submitted_at",
            "decided_at",
            "decision_reason",
        ]

    def get_certificates(self, application: Application) -> list[str]:
        return codes_of(application)


def codes_of(application: Application) -> list[str]:
    return sorted(certificate.code for certificate in application.certificates.all())


class EventSerializer(serializers.ModelSerializer[RecognitionEvent]):
    """One step in the life of a recognition."""

    happened_at = UtcField()

    class Meta:
        model = RecognitionEvent
        fields = ["state", "actor", "reason", "happened_at"]


class RecognitionSerializer(serializers.ModelSerializer[Recognition]):
    """Credits that a person at the institution decided on."""

    application = serializers.IntegerField(source="application_id")
    learner = LearnerSerializer()
    certificates = serializers.SerializerMethodField()
    policy = VersionSerializer()
    reference = serializers.CharField(source="external_reference")
    decided_by = serializers.EmailField(source="decided_by.email")
    decided_at = UtcField()
    booked_at = UtcField(allow_null=True)
    needs_review_since = UtcField(
        allow_null=True, help_text="Since when a certificate behind it is not in force any more."
    )
    updated_at = UtcField()
    history = EventSerializer(source="events", many=True)

    class Meta:
        model = Recognition
        fields = [
            "id",
            "state",
            "application",
            "learner",
            "certificates",
            "policy",
            "credits",
            "term",
            "course_code",
            "reference",
            "decided_by",
            "decided_at",
            "booked_at",
            "needs_review_since",
            "updated_at",
            "history",
        ]

    def get_certificates(self, recognition: Recognition) -> list[str]:
        return codes_of(recognition.application)


class PolicySerializer(serializers.ModelSerializer[CreditPolicy]):
    """A published version of the institution's credit policy, as it was written."""

    published_at = UtcField()
    retired_at = UtcField(allow_null=True)

    class Meta:
        model = CreditPolicy
        fields = [
            "slug",
            "version",
            "audience",
            "digest",
            "source",
            "published_at",
            "retired_at",
        ]


class InstitutionSerializer(serializers.ModelSerializer[Institution]):
    """The institution that the access token acts for."""

    class Meta:
        model = Institution
        fields = ["slug", "name", "native_name", "domain", "time_zone"]


class DecisionSerializer(StrictSerializer):
    """A decision that a registrar took in the university's own system."""

    certificates = serializers.ListField(
        child=serializers.CharField(max_length=32), min_length=1, max_length=50
    )
    decided_by = serializers.EmailField(help_text="The registrar who decided.")
    credits = serializers.DecimalField(
        max_digits=6, decimal_places=2, min_value=Decimal(0), help_text="A decimal string."
    )
    term = serializers.CharField(max_length=32)
    course_code = serializers.CharField(max_length=64, default="", allow_blank=True)
    reference = serializers.CharField(
        max_length=100, help_text="Where the student system keeps the booking."
    )
    reason = serializers.CharField(
        max_length=1000,
        default="",
        allow_blank=True,
        help_text="Needed where the credits differ from what the policy proposes.",
    )


class AcknowledgementSerializer(StrictSerializer):
    """What became of a recognition in the student system."""

    recognition = serializers.IntegerField(min_value=1)
    state = serializers.ChoiceField(choices=["exported", "booked", "reversed"])
    reference = serializers.CharField(max_length=100, default="", allow_blank=True)
    reason = serializers.CharField(max_length=1000, default="", allow_blank=True)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        needed = {"booked": "reference", "reversed": "reason"}.get(attrs["state"])
        if needed and not attrs[needed].strip():
            message = _("Needed when the state is %(state)s.") % {"state": attrs["state"]}
            raise serializers.ValidationError({needed: [message]}, "required")
        return attrs
