"""Who stands behind a name and an address: an account by its number, or an address's hash."""

import pytest

from harvesters.people import actor_of, is_noreply, is_provable

SELF_HOSTED = {"git.lab.example": "gitlab", "code.lab.example": "github", "forge.example": "gitea"}


def identity(email, forges=None, name="Li"):
    actor = actor_of(name, email, forges)
    return actor.host, actor.external_id if actor.host != "git" else actor.external_id[:6]


@pytest.mark.parametrize(
    ("email", "host"),
    [
        ("4711+liming@users.noreply.github.com", "github.com"),
        ("4711+LiMing@Users.NoReply.GitHub.com", "github.com"),
        ("4711-liming@users.noreply.gitlab.com", "gitlab.com"),
        ("4711+liming@user.noreply.gitee.com", "gitee.com"),
        ("4711+liming@noreply.gitea.com", "gitea.com"),
        ("4711+12@users.noreply.github.com", "github.com"),
        ("4711-12-li@users.noreply.gitlab.com", "gitlab.com"),
        ("4711+liming@users.noreply.code.lab.example", "code.lab.example"),
        ("4711-liming@users.noreply.git.lab.example", "git.lab.example"),
    ],
)
def test_a_noreply_address_with_a_number_names_the_account(email, host):
    assert identity(email, SELF_HOSTED) == (host, "4711")


@pytest.mark.parametrize(
    "email",
    [
        "liming@users.noreply.github.com",
        "liming@noreply.codeberg.org",
        "liming@users.noreply.huggingface.co",
        "4711@users.noreply.github.com",
    ],
)
def test_a_login_without_a_number_names_nobody(email):
    """Whoever registers a login that was given up would earn what the first owner did."""
    assert identity(email) == ("git", "email:")


@pytest.mark.parametrize(
    "email",
    [
        "4711-liming@users.noreply.github.com",
        "4711+liming@users.noreply.gitlab.com",
        "4711+liming@noreply.github.com",
        "4711+liming@users.noreply.github.com.evil.example",
        "4711+liming@evil.example@users.noreply.github.com",
        "0+ghost@users.noreply.github.com",
        "0004711+liming@users.noreply.github.com",
        "\u0664\u0667+liming@users.noreply.github.com",
        "99999999999999999999+liming@users.noreply.github.com",
        "4711+liming@noreply.codeberg.org",
        "4711+liming@users.noreply.huggingface.co",
        "4711+liming@users.noreply.unknown.example",
        "4711-liming@users.noreply.code.lab.example",
    ],
    ids=[
        "a-login-with-a-dash",
        "gitlabs-with-a-plus",
        "without-users",
        "a-look-alike",
        "two-hosts",
        "zero",
        "leading-zeros",
        "other-digits",
        "no-64-bits",
        "codeberg-gives-none",
        "hugging-face-gives-none",
        "an-unknown-host",
        "the-form-of-another-forge",
    ],
)
def test_what_only_looks_like_a_number_names_nobody(email):
    assert identity(email, SELF_HOSTED)[0] == "git"


def test_a_public_forge_is_what_it_is_whatever_we_are_told():
    assert identity("12-li@users.noreply.github.com", {"github.com": "gitlab"})[0] == "git"


def test_an_address_is_the_same_in_capital_letters():
    assert actor_of("Li", "li@Lab.Example") == actor_of("Li", "LI@lab.example")


@pytest.mark.parametrize(
    ("host", "external_id", "provable"),
    [
        ("github.com", "4711", True),
        ("git", "email:ab12", True),
        ("git", "name:ab12", False),
        ("github.com", "0", False),
        ("gitee.com", "0", False),
    ],
)
def test_those_who_are_gone_and_bare_names_can_be_proved_by_nobody(host, external_id, provable):
    assert is_provable(host, external_id) is provable


@pytest.mark.parametrize(
    "address",
    [
        "li@users.noreply.github.com",
        "4711+li@users.noreply.github.com",
        "li@NOREPLY.codeberg.org",
        "li@noreply.forge.example",
        "noreply@github.com",
        "no-reply@lab.example",
        "project-noreply@lab.example",
    ],
)
def test_a_noreply_address_is_told(address):
    assert is_noreply(address)


@pytest.mark.parametrize(
    "address",
    ["li@lab.example", "noreplay@lab.example", "li+noreply@lab.example", "li@replynoreply.example"],
)
def test_an_address_that_somebody_reads_is_told(address):
    assert not is_noreply(address)
