"""What a repository keeps as its own rules, as each REST forge tells it."""

import pytest

from harvesters.models import Contribution, HarvestCursor, HarvestGap, RateBudget, RepositoryFile
from harvesters.sources import open_forge
from tests.kept_files import OWN_RULES, in_base64
from tests.ruled_forges import RULED, playing
from tests.simulator import Reply, closed, cut_off, half_json, status, web_page

pytestmark = pytest.mark.django_db

RULES = 'slug = "vision"\n# 规则\n'
OTHER = "other = 1\n"
NO_TEXT = "It is no text in UTF-8."


@pytest.fixture(params=RULED, ids=lambda ruled: ruled.name)
def forge(request, settings):
    with playing(request.param, settings) as played:
        yield played


def rules():
    return [(one.path, one.text) for one in RepositoryFile.objects.all()]


def gaps():
    return list(HarvestGap.objects.values_list("subject", "reason"))


def spoil(forge, *faults):
    """The next answers about the file are spoilt."""
    world, left = forge.world, list(faults)

    def spoilt(request):
        reply = world(request)
        is_asked = forge.ruled.asks_for in request.path
        return left.pop(0)(reply) if is_asked and left else reply

    spoilt.files, spoilt.ours = world.files, world
    forge.simulator.world = spoilt
    return left


def mend(forge):
    forge.simulator.world = forge.simulator.world.ours


def test_the_rules_of_the_default_branch_are_kept_as_they_stand(forge):
    forge.push(RULES.encode())

    report = forge.harvest()

    assert report.is_complete
    assert rules() == [(OWN_RULES, RULES)]
    assert len(forge.asked) == 1
    assert gaps() == []


def test_that_there_is_none_is_the_usual_answer(forge):
    report = forge.harvest()

    assert report.is_complete
    assert (rules(), gaps()) == ([], [])
    assert len(forge.asked) == ("huggingface" not in forge.ruled.name), "the card lists no file"


def test_a_push_alone_is_news(forge):
    forge.push(RULES.encode())
    forge.harvest()
    written = Contribution.objects.count()
    forge.push(OTHER.encode())
    asked = len(forge.simulator.requests)

    forge.harvest()

    pushed = "huggingface" in forge.ruled.name and 3
    assert rules() == [(OWN_RULES, OTHER)]
    assert len(forge.asked) == 2
    assert len(forge.simulator.requests) - asked <= forge.ruled.idle + 1 + pushed
    assert Contribution.objects.count() == written + bool(pushed)


def test_rules_that_are_taken_away_are_gone(forge):
    forge.push(RULES.encode())
    forge.harvest()
    forge.push(None)

    forge.harvest()

    assert (rules(), gaps()) == ([], [])


def test_where_nothing_is_new_nobody_asks(forge):
    forge.push(RULES.encode())
    forge.harvest()
    kept = RepositoryFile.objects.get()
    asked = len(forge.simulator.requests)

    forge.harvest()

    assert len(forge.simulator.requests) - asked == forge.ruled.idle
    assert len(forge.asked) == 1
    assert RepositoryFile.objects.get().seen_at == kept.seen_at


def test_a_sweep_with_news_asks_once_at_most(forge):
    forge.push(RULES.encode())
    forge.harvest()
    forge.news()

    forge.harvest()

    assert len(forge.asked) <= 2
    assert rules() == [(OWN_RULES, RULES)]


def test_a_source_that_was_swept_before_is_asked_for_its_rules(forge):
    forge.push(RULES.encode())
    forge.harvest()
    cursor = HarvestCursor.objects.get()
    kept = {name: told for name, told in cursor.cursor.items() if name != "rules"}
    HarvestCursor.objects.update(cursor=kept)
    RepositoryFile.objects.all().delete()

    forge.harvest()

    assert rules() == [(OWN_RULES, RULES)]


@pytest.mark.parametrize("text", [b"a" * 200_001, b"a" * 900_000], ids=["letters", "bytes"])
def test_rules_of_more_than_200_000_letters_are_none(forge, text):
    forge.push("规".encode() * 200_000)
    forge.harvest()
    kept = len(RepositoryFile.objects.get().text)
    forge.push(text)

    forge.harvest()

    assert kept == 200_000
    assert (rules(), gaps()) == ([], [])


def test_rules_that_are_no_text_are_a_gap_until_they_are(forge):
    forge.push(RULES.encode())
    forge.harvest()
    forge.push("规则".encode("gbk"))
    forge.harvest()
    told, known, asked = gaps(), rules(), len(forge.asked)
    forge.harvest()
    idle = len(forge.asked) - asked
    forge.push(OTHER.encode())

    forge.harvest()

    assert told == [(OWN_RULES, NO_TEXT)]
    assert known == [(OWN_RULES, RULES)]
    assert (asked, idle) == (2, 0), "asking again makes no text of it"
    assert (rules(), gaps()) == ([(OWN_RULES, OTHER)], [])


@pytest.mark.parametrize("text", [b"", b"\0", b"not toml ["])
def test_rules_are_kept_whatever_they_say(forge, text):
    forge.push(text)

    forge.harvest()

    assert [one[1] for one in rules()] == [text.replace(b"\0", b"").decode()]
    assert gaps() == []


FAULTS = {
    "404": status(404),
    "401": status(401, "Bad credentials"),
    "403": status(403, "Forbidden"),
    "500": status(500),
    "502": status(502),
    "closed": closed,
    "cut off": cut_off,
    "half": half_json,
    "a web page": web_page,
    "astray": lambda _: Reply(302, {"location": "http://169.254.169.254/latest"}),
    "null": lambda reply: Reply(200, reply.headers, b"null"),
}


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
def test_a_fault_that_passes_is_not_noticed(forge, fault):
    forge.push(RULES.encode())
    forge.harvest()
    forge.push(OTHER.encode())
    spoil(forge, fault)

    forge.harvest()

    assert (rules(), gaps()) == ([(OWN_RULES, OTHER)], [])


@pytest.mark.parametrize("fault", ["401", "500", "astray"])
def test_a_fault_that_stays_is_a_gap_and_costs_nothing_else(forge, fault):
    forge.push(RULES.encode())
    forge.harvest()
    forge.push(OTHER.encode())
    spoil(forge, *[FAULTS[fault]] * 100)

    report = forge.harvest()

    assert report.is_complete
    assert [subject for subject, _ in gaps()] == [OWN_RULES]
    assert rules() == [(OWN_RULES, RULES)], "what was known stays"
    for _ in range(4):
        forge.harvest()
    asked = len(forge.asked)
    forge.harvest()
    assert len(forge.asked) == asked, "nobody asks for ever"
    mend(forge)
    forge.push(OTHER.encode())
    forge.harvest()
    assert (rules(), gaps()) == ([(OWN_RULES, OTHER)], [])


def test_a_gap_closes_by_itself_when_the_fault_has_passed(forge):
    forge.push(RULES.encode())
    spoil(forge, *[status(500)] * 8)
    forge.harvest()
    told = len(gaps())
    mend(forge)

    forge.harvest()

    assert told == 1
    assert (rules(), gaps()) == ([(OWN_RULES, RULES)], [])


def test_a_limit_at_the_file_is_waited_for_and_loses_nothing(forge):
    forge.push(RULES.encode())
    spoil(forge, status(429, **{"retry-after": "60"}))

    stopped = forge.harvest()
    kept = gaps()
    RateBudget.objects.all().delete()
    asked = len(forge.simulator.requests)
    report = forge.harvest()

    assert (stopped.is_complete, report.is_complete, kept) == (False, True, [])
    assert rules() == [(OWN_RULES, RULES)]
    assert len(forge.simulator.requests) - asked <= forge.ruled.idle + 1


def test_a_dry_run_counts_the_file(forge):
    forge.push(RULES.encode())
    opened, path = open_forge(forge.ruled.source, now=forge.now)
    told = opened.estimate(opened.find_repository(path), {})
    first = len(forge.simulator.requests)
    forge.harvest()

    assert told.requests <= len(forge.simulator.requests) - first
    assert forge.asked != []


def test_a_renamed_repository_keeps_its_rules(forge):
    forge.push(RULES.encode())
    forge.harvest()
    forge.world.path = "lab/seeing"
    if hasattr(forge.world, "old_path"):
        forge.world.old_path = "lab/vision"
    else:
        forge.world.former = ("lab/vision",)
    forge.push(OTHER.encode())

    forge.harvest()

    assert rules() == [(OWN_RULES, OTHER)]


# What single forges say


def only(name, settings):
    return playing(next(one for one in RULED if one.name == name), settings)


@pytest.mark.parametrize("kind", ["symlink", "submodule", "dir"])
def test_a_link_or_a_folder_is_no_file_of_rules(settings, kind):
    with only("gitea", settings) as forge:
        forge.push(RULES.encode())
        forge.harvest()
        told = {"type": kind, "target": "/etc/passwd", "content": None, "encoding": None}
        answer = [] if kind == "dir" else {**told, "size": 0}
        forge.push(b"")
        spoil(forge, *[lambda _: Reply.of(answer)] * 2)

        forge.harvest()

        assert (rules(), gaps()) == ([], [])


LIES = {
    "another encoding": {"encoding": "rot13"},
    "a part": {"size": 7},
    "no base64": {"content": "§§§"},
    "no content": {"content": None},
    "no size": {"size": None},
    "a number": {"content": 7},
}


@pytest.mark.parametrize("lie", LIES.values(), ids=LIES)
@pytest.mark.parametrize("name", ["gitlab", "gitea", "gitee", "gitcode"])
def test_what_is_not_told_as_promised_is_a_gap(settings, name, lie):
    with only(name, settings) as forge:
        answer = {"type": "file", **in_base64(OTHER.encode()), **lie}
        forge.push(RULES.encode())
        spoil(forge, *[lambda _: Reply.of(answer)] * 2)

        forge.harvest()

        assert [subject for subject, _ in gaps()] == [OWN_RULES]
        assert rules() == []


def test_rules_in_gitlab_are_read_without_graphql(settings):
    with only("gitlab", settings) as forge:
        forge.world.has_graphql = False
        forge.push(RULES.encode())
        forge.harvest()
        forge.push(OTHER.encode())
        forge.harvest()
        asked = len(forge.asked)

        forge.harvest()

        assert rules() == [(OWN_RULES, OTHER)]
        assert len(forge.asked) == asked == 2


def test_a_merge_within_the_hour_in_which_gitlab_notes_no_activity_is_seen(settings):
    with only("gitlab", settings) as forge:
        forge.harvest()
        forge.news()
        forge.world.files[OWN_RULES] = RULES.encode()

        forge.harvest()

        assert rules() == [(OWN_RULES, RULES)]


def test_a_gated_model_without_rules_is_asked_for_none(settings):
    with only("huggingface-models", settings) as forge:
        spoil(forge, *[status(403, "Access to model lab/vision is restricted.")] * 9)

        assert forge.harvest().is_complete
        assert (rules(), gaps(), forge.asked) == ([], [], [])


def test_where_the_hub_lists_no_files_it_is_asked(settings):
    with only("huggingface-models", settings) as forge:
        forge.world.card = {"siblings": None}
        forge.push(RULES.encode())
        forge.harvest()
        forge.push(None)
        forge.harvest()

        assert (rules(), gaps(), len(forge.asked)) == ([], [], 1 + 2)


def test_the_token_opens_the_file(settings):
    settings.HUGGINGFACE_TOKEN = "hf_secret"
    with only("huggingface-datasets", settings) as forge:
        forge.push(RULES.encode())
        forge.harvest()

        (asked,) = [one for one in forge.simulator.requests if "/resolve/" in one.path]
        assert asked.headers["authorization"] == "Bearer hf_secret"
        assert asked.path.startswith("/datasets/lab/vision/resolve/")


def test_an_empty_repository_of_the_hub_has_no_rules(settings):
    with only("huggingface-models", settings) as forge:
        forge.world.commits.clear()

        assert forge.harvest().is_complete
        assert (rules(), gaps(), forge.asked) == ([], [], [])
