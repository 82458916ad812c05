"""The shapes of answers that are no rows: verdicts and problems."""

from typing import Any

from rest_framework import serializers

from credits.core.verdict import Outcome, StepState


class StepSerializer(serializers.Serializer[Any]):
    """One check of a verification; ``code`` says how it went, ``parameters`` with what."""

    name = serializers.CharField()
    state = serializers.ChoiceField([state.value for state in StepState])
    code = serializers.CharField()
    parameters = serializers.DictField(child=serializers.CharField())


class VerdictSerializer(serializers.Serializer[Any]):
    """What a certificate is worth at the moment of asking."""

    outcome = serializers.ChoiceField([outcome.value for outcome in Outcome])
    valid = serializers.BooleanField()
    steps = StepSerializer(many=True)


class ProblemErrorSerializer(serializers.Serializer[Any]):
    """One value that is wrong: a JSON pointer, and why."""

    pointer = serializers.CharField()
    detail = serializers.CharField()
    code = serializers.CharField()


class ProblemSerializer(serializers.Serializer[Any]):
    """Problem details (RFC 9457)."""

    type = serializers.URLField()
    title = serializers.CharField()
    status = serializers.IntegerField()
    detail = serializers.CharField()
    instance = serializers.CharField()
    errors = ProblemErrorSerializer(many=True, required=False)  # type: ignore[assignment]
