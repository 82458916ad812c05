"""The shapes of contributions and their explanations, as the schema shows them."""

from typing import Any

from rest_framework import serializers

from credits.api.serializers import UtcField, VersionSerializer
from credits.core.points import decimal_points
from credits.models import Score
from credits.services.explanations import STATES
from harvesters.models import Contribution, Participation

POINTS = "Decimal, at most 3 places."


class AccountSerializer(serializers.Serializer[Any]):
    """A forge account."""

    host = serializers.CharField()
    login = serializers.CharField()


class ContributionSerializer(serializers.ModelSerializer[Score]):
    """What one account did, with its points by the rule set in force."""

    id = serializers.IntegerField(source="participation.contribution_id")
    participation = serializers.IntegerField(source="participation_id")
    kind = serializers.ChoiceField(
        Contribution.Kind.choices, source="participation.contribution.kind"
    )
    title = serializers.CharField(source="participation.contribution.title")
    url = serializers.CharField(source="participation.contribution.url")
    repository = serializers.CharField(source="participation.contribution.repository")
    project = serializers.SlugField(source="project.slug")
    account = AccountSerializer(source="participation.actor")
    role = serializers.ChoiceField(Participation.Role.choices, source="participation.role")
    occurred_at = UtcField(source="participation.contribution.occurred_at")
    points = serializers.SerializerMethodField(help_text=POINTS)
    rule_set = VersionSerializer()
    waits_until = UtcField(allow_null=True)
    scored_at = UtcField()
    explanation_url = serializers.SerializerMethodField()

    class Meta:
        model = Score
        fields = [
            "id",
            "participation",
            "kind",
            "title",
            "url",
            "repository",
            "project",
            "account",
            "role",
            "occurred_at",
            "state",
            "category",
            "points",
            "rule_set",
            "waits_until",
            "scored_at",
            "explanation_url",
        ]

    def get_points(self, score: Score) -> str:
        return decimal_points(score.points)

    def get_explanation_url(self, score: Score) -> str:
        number = score.participation.contribution_id
        return f"{self.context['base_url']}/api/v1/contributions/{number}/explanation"


class BothSerializer(serializers.Serializer[Any]):
    """A sentence in both languages."""

    en = serializers.CharField()
    zh = serializers.CharField()


class EvidenceSerializer(serializers.Serializer[Any]):
    """Where it can be seen, and the SHA-256 of what was read there."""

    url = serializers.CharField()
    digest = serializers.CharField()
    harvested_at = UtcField()


class OtherSerializer(serializers.Serializer[Any]):
    """Another contribution of the same work item."""

    id = serializers.IntegerField()
    title = serializers.CharField()
    url = serializers.CharField()


class LinkedVersionSerializer(VersionSerializer):
    """A rule set by name, version and SHA-256, with the address of its page."""

    url = serializers.URLField()


class LineSerializer(BothSerializer):
    """A line of the trace; the points of all lines sum to those of the part."""

    rule = serializers.CharField()
    points = serializers.CharField(help_text=POINTS)
    inputs = serializers.DictField(help_text="The facts that the sentence names.")


class ChangeSerializer(BothSerializer):
    """Facts as they would have to be, and what the rule set then gives for the whole work."""

    fields = serializers.ListField(child=serializers.CharField())  # type: ignore[assignment]
    now = serializers.ListField(child=serializers.JSONField())
    needed = serializers.ListField(child=serializers.JSONField())
    points_now = serializers.CharField(help_text=POINTS)
    points_after = serializers.CharField(help_text=POINTS)
    state_after = serializers.CharField()
    until = UtcField(allow_null=True)


class FormerSerializer(serializers.Serializer[Any]):
    """A score by another rule set, which stays."""

    rule_set = LinkedVersionSerializer()
    points = serializers.CharField(help_text=POINTS)
    state = serializers.ChoiceField(Score.State.choices)
    scored_at = UtcField()


class PartSerializer(serializers.Serializer[Any]):
    """Why one participation has its points."""

    participation = serializers.IntegerField()
    account = AccountSerializer()
    role = serializers.ChoiceField(Participation.Role.choices)
    state = serializers.ChoiceField(STATES)
    headline = BothSerializer()
    waits_until = UtcField(allow_null=True)
    category = serializers.CharField(allow_null=True)
    points = serializers.CharField(help_text=POINTS)
    rule_set = LinkedVersionSerializer(allow_null=True)
    facts_digest = serializers.CharField(allow_null=True)
    scored_at = UtcField(allow_null=True)
    is_stale = serializers.BooleanField(help_text="Read again since; scored anew within minutes.")
    lines = LineSerializer(many=True)
    changes = ChangeSerializer(many=True)
    depends_on = BothSerializer(many=True)
    former = FormerSerializer(many=True)


class RulingSerializer(serializers.Serializer[Any]):
    """A decision that people took; a later one replaces it, and both stay."""

    subject = serializers.CharField()
    reason = serializers.CharField()
    decided_at = UtcField()
    replaced_at = UtcField(allow_null=True)


class BotVerdictSerializer(serializers.Serializer[Any]):
    """A decision whether an account is a bot."""

    account = AccountSerializer()
    is_bot = serializers.BooleanField()
    reason = serializers.CharField()
    decided_at = UtcField()
    replaced_at = UtcField(allow_null=True)


class ExplanationSerializer(serializers.Serializer[Any]):
    """Why a contribution has its points: state, trace, evidence, and what would change it."""

    id = serializers.IntegerField()
    kind = serializers.ChoiceField(Contribution.Kind.choices)
    title = serializers.CharField()
    occurred_at = UtcField()
    repository = serializers.CharField()
    project = serializers.SlugField(allow_null=True)
    evidence = EvidenceSerializer()
    inputs = serializers.DictField(help_text="The facts that the rules look at.")
    work_item = OtherSerializer(many=True)
    parts = PartSerializer(many=True)
    rulings = RulingSerializer(many=True)
    bot_verdicts = BotVerdictSerializer(many=True)
