"""No proof with one thing wrong is accepted; a million of them: ``benchmarks log-mutants``."""

from tests.log_mutants import accepted_mutants


def test_of_fifty_thousand_mutants_none_is_accepted():
    assert list(accepted_mutants(50_000, seed=20_261_128)) == []
