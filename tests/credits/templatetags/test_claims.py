"""Claims in words."""

import pytest
from django.utils.translation import override

from credits.models import WorkClaim
from credits.models.work_claims import UNITS
from credits.templatetags.claims import claimed_amount


def test_every_kind_has_a_unit():
    assert set(UNITS) == set(WorkClaim.Kind)


@pytest.mark.parametrize(
    ("kind", "amount", "said"), [("talk", 1200, "1,200 hours"), ("translation", 40, "40 words")]
)
def test_an_amount_is_told_in_the_unit_of_its_kind(kind, amount, said):
    with override("en"):
        assert claimed_amount(WorkClaim(kind=kind, amount=amount)) == said
