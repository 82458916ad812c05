"""Maintainers look after their project's rules: versions, text, form, preview, publishing."""

import hashlib
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from credits.core.rule_reader import parse_rule_set
from credits.models import Project, RuleSet
from credits.services.repository_rules import drafts_from_repositories
from credits.services.rules import create_draft, rule_set_in_force
from credits.services.scoring import score_project
from harvesters.models import Repository, RepositoryFile
from tests.histories import *  # noqa: F403
from tests.histories import change, harvest
from tests.pages import HOSTILE, sendable, words_of
from tests.university import *  # noqa: F403
from tests.university import DATA

SOURCE = (DATA / "rule_sets" / "ai-open-source-1.0.toml").read_text(encoding="utf-8")
OWN = SOURCE.replace('"ai-open-source"', '"vision"')
FEWER = OWN.replace("[190, 8]", "[190, 4]", 1).partition("[[cases]]")[0]

pytestmark = pytest.mark.django_db


@pytest.fixture
def sun(client, project):
    """A maintainer of the project, signed in."""
    person = User.objects.create_user("sun")
    project.maintainers.add(person)
    client.force_login(person)
    return client


@pytest.fixture
def draft(project, rule_set):
    return create_draft(OWN, project=project)


def page(name, draft):
    return reverse(f"maintained-{name}", args=[draft.project.slug, draft.pk])


def do(client, draft, name, **data):
    address = reverse("maintained-rule-act", args=[draft.project.slug, draft.pk, name])
    return client.post(address, data, follow=True)


def fields_of(answer):
    """What a browser would send back of the form that ``answer`` shows."""
    shown = answer.context["shown"]
    sent = {f"top-{name}": value for name, value in shown.top.values.items()}
    for table, entries in shown.tables.items():
        sent[f"{table}-count"] = str(len(entries))
        for place, entry in enumerate(entries):
            prefix = f"{table}-{place}"
            sent |= {f"{prefix}-{name}": value for name, value in entry.values.items()}
            sent[f"{prefix}-known"] = "1"
            if entry.on:
                sent[f"{prefix}-on"] = "on"
    return {**sent, "seen": answer.context["seen"]}


def test_a_project_without_rules_of_its_own_begins_with_those_in_force(sun, project, rule_set):
    listed = sun.get(reverse("maintained-rules", args=[project.slug]))
    assert "The project has no rules of its own: ai-open-source 1.0 counts." in words_of(listed)

    answer = sun.post(reverse("maintained-rules-new", args=[project.slug]))

    draft = RuleSet.objects.get(project=project)
    assert answer["Location"] == page("rule-form", draft)
    assert (draft.slug, draft.version, draft.author.username) == ("vision", "1.0", "sun")
    assert draft.source.count("#") == SOURCE.count("#")


def test_the_next_draft_takes_the_next_version(sun, project, draft):
    do(sun, draft, "publish")

    sun.post(reverse("maintained-rules-new", args=[project.slug]))

    assert set(project.rule_sets.values_list("version", flat=True)) == {"1.0", "1.1"}


def test_without_rules_in_force_there_is_nothing_to_begin_with(sun, project):
    answer = sun.post(reverse("maintained-rules-new", args=[project.slug]), follow=True)

    assert "No rule set is in force" in words_of(answer)


def test_strangers_find_no_page_of_it(client, student, draft):
    names = ["rule-set", "rule-text", "rule-form", "rule-preview"]
    assert client.get(page("rule-set", draft)).status_code == 302
    client.force_login(student)

    for name in names:
        assert client.get(page(name, draft)).status_code == 404
    assert client.get(reverse("maintained-rules", args=["vision"])).status_code == 404
    for name in ("publish", "approve", "shadow", "retire", "discard"):
        assert do(client, draft, name).status_code == 404
    assert RuleSet.objects.get(pk=draft.pk).state == "draft"


def test_a_rule_set_of_another_project_is_not_reached_through_ones_own(sun, draft, rule_set):
    other = Project.objects.create(slug="other", name="Other", registered_at=timezone.now())
    foreign = create_draft(SOURCE.replace('"ai-open-source"', '"other"'), project=other)

    for pk in (foreign.pk, rule_set.pk, 0):
        address = reverse("maintained-rule-set", args=["vision", pk])
        assert sun.get(address).status_code == 404


def test_a_version_shows_what_it_changes_and_how_its_cases_come_out(sun, project, rule_set):
    draft = create_draft(f"{FEWER}[[cases]]{OWN.split('[[cases]]')[1]}", project=project)

    words = words_of(sun.get(page("rule-set", draft)))

    assert "What differs from ai-open-source 1.0" in words
    assert "[190, 4.0]" in words or "[190, 4]" in words
    assert "a one-line fix" in words
    assert "holds" in words


def test_a_text_is_saved_and_a_wrong_one_comes_back_whole(sun, draft):
    seen = draft.digest
    wrong = FEWER.replace("is_merge'", "is_mrge'")

    by_browser = FEWER.replace("\n", "\r\n")

    refused = sun.post(page("rule-text", draft), {"source": wrong, "seen": seen, "act": "save"})
    saved = sun.post(
        page("rule-text", draft),
        {"source": by_browser, "seen": seen, "act": "save"},
    )

    words = words_of(refused)
    assert refused.status_code == 422
    assert "unknown field 'is_mrge', did you mean 'is_merge'?" in words
    assert "line 18, column 9" in words or "column 9" in words
    assert "is_mrge" in refused.context["form"].data["source"]
    assert saved.status_code == 302
    assert RuleSet.objects.get(pk=draft.pk).source == FEWER


def test_a_text_of_another_name_is_refused(sun, draft):
    other = FEWER.replace('"vision"', '"vision-two"', 1)

    answer = sun.post(page("rule-text", draft), {"source": other, "act": "save"})

    assert 'Rules of this project are named "vision".' in words_of(answer)


def test_what_somebody_else_saved_meanwhile_is_told(sun, draft):
    text = page("rule-text", draft)
    sun.post(text, {"source": FEWER, "seen": draft.digest, "act": "save"})

    late = OWN.replace('"1.0"', '"1.5"', 1)
    answer = sun.post(text, {"source": late, "seen": draft.digest, "act": "save"})

    assert "Somebody else saved this draft meanwhile." in words_of(answer)
    assert '"1.5"' in answer.context["form"].data["source"]
    assert RuleSet.objects.get(pk=draft.pk).version == "1.0"


def test_a_text_is_tried_without_being_saved(sun, worked, draft):
    answer = sun.post(page("rule-text", draft), {"source": FEWER, "act": "preview"})

    assert "Effect on 4 contributions" in words_of(answer)
    assert RuleSet.objects.get(pk=draft.pk).source == OWN


def test_the_preview_says_who_gains_and_why(sun, worked, project):
    draft = create_draft(FEWER, project=project)

    words = words_of(sun.get(page("rule-preview", draft)))

    assert "32.0 → 16.0 points −50 %" in words
    assert "2 accounts change: 0 gain, 2 lose." in words
    assert "before: Merged code, 100 effective lines" in words
    assert "Newcomers beside the five with the most points" in words


def test_a_preview_without_history_offers_to_harvest(sun, draft, project):
    assert "has no repository yet" in words_of(sun.get(page("rule-preview", draft)))

    harvest(project, change(1), now=timezone.now() - timedelta(days=900))
    project.repositories.get().contributions.update(
        occurred_at=timezone.now() - timedelta(days=900)
    )
    answer = sun.get(page("rule-preview", draft))

    assert "Harvest it now?" in words_of(answer)
    assert reverse("maintained-harvest", args=["vision"]) in answer.content.decode()


def test_a_form_that_is_sent_back_as_it_came_changes_nothing(sun, draft):
    shown = sun.get(page("rule-form", draft))

    answer = sun.post(page("rule-form", draft), {**fields_of(shown), "act": "save"})

    assert answer.status_code == 302
    stored = RuleSet.objects.get(pk=draft.pk)
    assert (stored.digest, stored.origin) == (draft.digest, RuleSet.Origin.FORM)


def test_the_form_and_the_text_save_the_same_draft(sun, draft):
    sent = fields_of(sun.get(page("rule-form", draft)))
    place = next(key for key, value in sent.items() if value == "approval")
    sent[place.replace("-id", "-points")] = "0.5"
    cases = int(sent["cases-count"])
    bare = next(n for n in range(cases) if sent[f"cases-{n}-name"] == "a bare approval")
    sent[f"cases-{bare}-points"] = "0.5"

    sun.post(page("rule-form", draft), {**sent, "act": "save"})

    source = RuleSet.objects.get(pk=draft.pk).source
    rules = {rule.id: rule for rule in parse_rule_set(source).rules}
    assert rules["approval"].points == "0.5"
    assert source in words_in_textarea(sun.get(page("rule-text", draft)))


def words_in_textarea(answer):
    return answer.context["form"].initial["source"]


def test_a_fault_stands_beside_its_field_and_nothing_is_lost(sun, draft):
    sent = fields_of(sun.get(page("rule-form", draft)))
    sent["guards-0-when"] = "humens == 0"
    sent["rules-0-bands.steps"] = "5: 1\nmany"

    answer = sun.post(page("rule-form", draft), {**sent, "act": "save"})

    assert answer.status_code == 422
    guard, rule = (answer.context["shown"].tables[name][0] for name in ("guards", "rules"))
    assert guard.errors["when"][0].message == "unknown field 'humens', did you mean 'humans'?"
    assert guard.errors["when"][0].place.endswith("^")
    assert "pairs" in rule.errors["bands.steps"][0].message
    assert rule.values["bands.steps"] == "5: 1\nmany"
    assert RuleSet.objects.get(pk=draft.pk).digest == draft.digest


def test_rules_are_added_moved_switched_off_and_removed_without_saving(sun, draft):
    address = page("rule-form", draft)
    first, second = (rule.id for rule in parse_rule_set(OWN).rules[:2])

    added = sun.post(address, {**fields_of(sun.get(address)), "act": "add:rules"})
    moved = sun.post(address, {**fields_of(added), "act": "down:rules:0"})
    removed = sun.post(address, {**fields_of(moved), "act": "remove:guards:0"})

    names = [entry.name for entry in removed.context["shown"].tables["rules"]]
    assert names[:2] == [second, first]
    assert names[-1] == ""
    assert len(removed.context["shown"].tables["guards"]) == len(parse_rule_set(OWN).guards) - 1
    assert RuleSet.objects.get(pk=draft.pk).source == OWN


def test_what_is_switched_off_is_left_out_and_can_come_back(sun, draft):
    address = page("rule-form", draft)
    sent = fields_of(sun.get(address))
    for place in range(int(sent["cases-count"])):
        sent.pop(f"cases-{place}-on")
    sent.pop("rules-0-on")

    sun.post(address, {**sent, "act": "save"})

    first = parse_rule_set(OWN).rules[0].id
    assert first not in {rule.id for rule in parse_rule_set(stored(draft)).rules}
    shown = sun.get(address).context["shown"]
    assert first in [entry.name for entry in shown.tables["rules"] if not entry.on]


def stored(draft):
    return RuleSet.objects.get(pk=draft.pk).source


def test_a_form_is_tried_without_being_saved(sun, worked, draft):
    sent = fields_of(sun.get(page("rule-form", draft)))

    answer = sun.post(page("rule-form", draft), {**sent, "act": "preview"})

    assert "Effect on 4 contributions" in words_of(answer)
    assert RuleSet.objects.get(pk=draft.pk).origin == RuleSet.Origin.OPERATOR


def test_it_is_published_now_or_from_a_day(sun, project, rule_set, draft):
    later = create_draft(OWN.replace('"1.0"', '"2.0"', 1), project=project)
    day = (timezone.now() + timedelta(days=3)).date()

    now_words = words_of(do(sun, draft, "publish"))
    later_words = words_of(do(sun, later, "publish", day=day.isoformat()))

    assert "In force since" in now_words
    assert "Planned from" in later_words
    assert rule_set_in_force(project, now=timezone.now()) == draft
    assert rule_set_in_force(project, now=timezone.now() + timedelta(days=4)) == later


@pytest.mark.parametrize("day", ["2020-01-01", "no day"])
def test_a_day_that_cannot_be_is_told(sun, draft, day):
    words = words_of(do(sun, draft, "publish", day=day))

    assert "Choose a later date" in words or "This is no day" in words
    assert RuleSet.objects.get(pk=draft.pk).state == "draft"


def test_two_maintainers_publish_and_the_page_says_who_is_missing(sun, client, project, draft):
    qian = User.objects.create_user("qian")
    project.maintainers.add(qian)

    alone = words_of(do(sun, draft, "publish"))
    approved = words_of(do(sun, draft, "approve"))
    client.force_login(qian)
    published = words_of(do(client, draft, "publish"))

    assert "1 more maintainer must approve exactly this text first." in alone
    assert "1 maintainer must still approve exactly this text." in approved
    assert "In force since" in published
    client.logout()
    public = words_of(client.get(draft.get_absolute_url()))
    assert "approved by 2 maintainers" in public
    assert "qian" not in public


def test_it_runs_beside_and_is_taken_back(sun, draft):
    beside = words_of(do(sun, draft, "shadow"))
    back = words_of(do(sun, draft, "retire"))

    assert "Runs beside since" in beside
    assert "Taken back since" in back
    for name in ("rule-text", "rule-form"):
        assert sun.get(page(name, draft))["Location"] == page("rule-set", draft)


def test_a_draft_is_thrown_away(sun, draft, project):
    do(sun, draft, "discard")

    assert not project.rule_sets.exists()


def test_nothing_is_done_by_a_link_and_no_other_thing_is_done(sun, draft):
    address = reverse("maintained-rule-act", args=["vision", draft.pk, "publish"])

    assert sun.get(address).status_code == 405
    assert do(sun, draft, "explode").status_code == 404


def test_hostile_values_are_answered_in_words(sun, draft):
    for value in map(sendable, HOSTILE):
        for act in (value, f"add:{value}", f"up:rules:{value}"):
            sent = {"act": act, "rules-count": value, "top-slug": value, "rules-0-known": value}
            assert sun.post(page("rule-form", draft), sent).status_code in {200, 422}, value
        text = sun.post(page("rule-text", draft), {"source": value, "act": value, "seen": value})
        assert text.status_code == 422, value
    assert RuleSet.objects.get(pk=draft.pk).source == OWN


def test_pages_take_as_many_queries_however_many_versions_and_contributions_there_are(
    sun, worked, draft
):
    counts = []
    for size in (3, 20):
        for number in range(size):
            create_draft(OWN.replace('"1.0"', f'"{size}.{number}"', 1), project=worked)
        harvest(worked, *(change(size * 100 + n) for n in range(size)), now=timezone.now())
        score_project(worked, now=timezone.now())
        with CaptureQueriesContext(connection) as queries:
            sun.get(reverse("maintained-rules", args=[worked.slug]))
            for name in ("rule-set", "rule-text", "rule-form", "rule-preview"):
                sun.get(page(name, draft))
        counts.append(len(queries))

    assert counts[0] == counts[1] <= 90


def test_what_the_file_in_the_repository_came_to_is_shown(sun, project, rule_set):
    place = Repository.objects.create(host="forge.example", external_id="9", path="lab/vision")
    project.repositories.add(place)
    listed = reverse("maintained-rules", args=[project.slug])

    for text, said in ((OWN, "read from the repository"), ("slug = ", "Not taken")):
        digest = hashlib.sha256(text.encode()).hexdigest()
        RepositoryFile.objects.update_or_create(
            repository=place,
            path=".opencredits.toml",
            defaults={"text": text, "digest": digest, "seen_at": timezone.now()},
        )
        drafts_from_repositories(now=timezone.now())
        assert said in words_of(sun.get(listed))

    assert "this is not TOML" in words_of(sun.get(listed))
