"""Any git history, however strange: stored safely, or a gap with its reason; nothing by half."""

import hashlib
import subprocess
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from threading import Event

import pytest

from harvesters.forge import Role, SourceNotFoundError
from harvesters.forges.git import Git, web_address
from harvesters.models import (
    Actor,
    Contribution,
    HarvestCursor,
    HarvestGap,
    Participation,
    RepositoryFile,
)
from harvesters.services.harvesting import harvest_repository, harvest_source, register_source
from harvesters.services.leasing import lease_source
from harvesters.services.repositories import AnotherRepositoryError
from harvesters.transports.addresses import Reach
from harvesters.transports.git import GitProcess, open_git
from tests.git_server import GitServer
from tests.repositories import BEGUN, ENVIRONMENT, LI, WU, GitRepository, git
from tests.simulator import ForgeSimulator

NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)
WU_TRAILER = b"\n\nCo-authored-by: " + WU


@pytest.fixture
def repository(tmp_path):
    return GitRepository.at(tmp_path / "vision")


def forge_of(repository, tmp_path, now=NOW):
    return Git(open_git(str(repository.folder), tmp_path), now)


def pages_of(repository, tmp_path, cursor=None, now=NOW):
    forge = forge_of(repository, tmp_path, now)
    return list(forge.harvest(forge.find_repository(""), cursor or {}))


def records_of(repository, tmp_path):
    return [record for page in pages_of(repository, tmp_path) for record in page.records]


@pytest.fixture
def read(repository, tmp_path):
    """The one commit of a history, read: its record."""

    def read_one(*arguments, **options):
        repository.commit(*arguments, **options)
        return records_of(repository, tmp_path)[-1]

    return read_one


@pytest.fixture
def store(repository, tmp_path, db):
    """Harvest the history into the database; the report."""

    def harvest():
        source = f"git:{repository.folder}"
        forge = forge_of(repository, tmp_path)
        cursor = register_source(source, forge.find_repository(source), now=NOW)
        return harvest_repository(lease_source(cursor, now=NOW), forge, clock=lambda: NOW)

    return harvest


def people(record):
    return [(part.role, part.actor.login) for part in record.participants]


# What a commit tells


def test_a_commit_is_a_contribution_of_its_author(read, repository):
    record = read(b"Add LoRA (#12)\n\nCloses #7.", {b"lora.py": b"a\nb\n", b"README": b"x\n"})

    assert record.external_id == repository.commits[0]
    assert (record.kind, record.state, record.title) == ("commit", "merged", "Add LoRA (#12)")
    assert record.occurred_at == datetime.fromtimestamp(BEGUN, UTC)
    assert people(record) == [(Role.AUTHOR, "Li Ming")]
    assert record.facts == {
        "sizes": {"code": [2, 0], "docs": [1, 0]},
        "files": [["lora.py", 2, 0], ["README", 1, 0]],
        "files_count": 2,
        "patch_id": "e184ae4ec8fc320dafab2c625f0640e22a304d2c",
        "is_merge": False,
        "pull_requests": [12],
        "closes": [7],
    }


def test_a_change_counts_what_it_adds_and_deletes(repository, read):
    repository.commit(files={b"lora.py": b"a\nb\nc\n"})

    assert read(files={b"lora.py": b"a\nz\n"}).facts["sizes"] == {"code": [1, 2]}


def test_a_renamed_file_is_no_new_work(repository, read):
    content = b"".join(b"line %d\n" % number for number in range(50))
    repository.commit(files={b"old.py": content})

    record = read(files={b"new.py": content + b"one more\n"})

    assert record.facts["files"] == [["new.py", 1, 0]]


def test_co_authors_reviewers_and_a_committer_are_named_once_each(read):
    record = read(
        b"Fix" + WU_TRAILER + b"\nCo-authored-by: Wu Fang <WU@example.org>"
        b"\nCo-authored-by: Li Ming <li@example.org>\nReviewed-by: Chen <chen@example.org>",
        committer=b"Zhao <zhao@example.org>",
    )

    assert people(record) == [
        (Role.AUTHOR, "Li Ming"),
        (Role.CO_AUTHOR, "Wu Fang"),
        (Role.REVIEWER, "Chen"),
        (Role.COMMITTER, "Zhao"),
    ]


def test_a_forge_that_commits_a_merged_change_is_nobody(read):
    record = read(committer=b"GitHub <noreply@github.com>")

    assert people(record) == [(Role.AUTHOR, "Li Ming")]


def test_a_noreply_address_names_the_account(read):
    record = read(author=b"Li <4711+liming@users.noreply.github.com>")

    (author,) = record.participants
    assert (author.actor.host, author.actor.external_id) == ("github.com", "4711")


def test_the_noreply_addresses_of_a_forge_of_ones_own_name_accounts_too(repository, tmp_path):
    repository.commit(author=b"Li <4711-liming@users.noreply.git.lab.example>")
    forge = forge_of(repository, tmp_path)
    found = forge.find_repository("")
    hosts = []

    for told in ({}, {"git.lab.example": "gitlab"}):
        page = next(replace(forge, forges=told).harvest(found, {}))
        hosts.append(page.records[0].participants[0].actor.host)

    assert hosts == ["git", "git.lab.example"]


def test_a_bot_is_marked_as_one(read):
    record = read(author=b"dependabot[bot] <49699333+dependabot[bot]@users.noreply.github.com>")

    assert record.participants[0].actor.is_bot


def test_an_assistant_is_declared_and_a_bot(read):
    record = read(b"Fix\n\nCo-Authored-By: Claude <noreply@anthropic.com>")

    assert record.facts["ai_assistance"] == ["Claude"]
    assert [part.actor.is_bot for part in record.participants] == [False, True]


def test_what_a_program_did_is_marked(read):
    assert read(b"Bump numpy from 1.0 to 2.0").facts["is_mechanical"] is True
    assert "is_mechanical" not in read(b"Support numpy 2.0").facts


def test_a_revert_names_what_it_takes_back(repository, read):
    taken_back = repository.commit(files={b"a.py": b"a\n"})

    record = read(f'Revert "Change"\n\nThis reverts commit {taken_back}.'.encode())

    assert record.facts["reverts"] == taken_back


def test_merges_are_marked_and_have_no_size_of_their_own(repository, read):
    first = repository.commit(files={b"a.py": b"a\n"})
    second = repository.commit(files={b"a.py": b"a\n", b"b.py": b"b\n"}, parents=[first])
    third = repository.commit(files={b"a.py": b"a\n", b"c.py": b"c\n"}, parents=[first])

    merge = read(
        b"Merge pull request #9 from lab/b",
        {b"a.py": b"a\n", b"b.py": b"b\n", b"c.py": b"c\n"},
        parents=[third, second],
    )
    octopus = read(files={b"a.py": b"z\n"}, parents=[first, second, third])

    assert merge.facts["is_merge"]
    assert merge.facts["pull_requests"] == [9]
    assert merge.facts["sizes"] == {}
    assert (octopus.facts["is_merge"], octopus.facts["sizes"]) == (True, {})


# Broken, strange and hostile commits


def test_an_author_without_an_address_can_be_shown_but_not_proved(read):
    record = read(author=b"Li Ming <>")

    (author,) = record.participants
    assert (author.actor.host, author.actor.login) == ("git", "Li Ming")
    assert author.actor.external_id.startswith("name:")


def test_an_author_without_a_name_is_unknown(read):
    assert people(read(author=b" <>")) == [(Role.AUTHOR, "unknown")]


@pytest.mark.parametrize(
    "trailer",
    [
        b"Co-authored-by: Wu <wu@",
        b"Co-authored-by: Wu <<wu>>",
        b"Co-authored-by: Wu <wu@a@b>, Chen <c@d>",
        b"Co-authored-by: <>",
        b"Co-authored-by:",
        b"Co-authored-by: \xff\xfe <\xff>",
        b"co-authored-by: " + b"Wu " * 5_000,
    ],
)
def test_a_broken_trailer_harms_nobody_else(read, store, trailer):
    read(b"Fix\n\n" + trailer)

    report = store()

    assert (report.new, report.gaps) == (1, [])
    assert Participation.objects.filter(role="author", actor__login="Li Ming").count() == 1


@pytest.mark.parametrize("year", [1970, 1989, 2100])
def test_an_impossible_date_is_kept_and_suspected(read, year):
    record = read(at=int(datetime(year, 1, 1, tzinfo=UTC).timestamp()))

    assert record.occurred_at.year == year
    assert record.facts["date_suspect"]


def test_the_clock_of_a_student_in_auckland_is_not_suspected(read):
    record = read(at=int((NOW + timedelta(hours=13)).timestamp()))

    assert "date_suspect" not in record.facts


def test_a_date_beyond_the_calendar_is_a_gap_and_the_others_count(repository, store):
    repository.commit(at=10**17)
    good = repository.commit()

    report = store()

    assert [one.external_id for one in Contribution.objects.all()] == [good]
    ((subject, reason),) = report.gaps
    assert subject == f"commit {repository.commits[0][:12]}"
    assert "its date cannot be told" in reason
    assert HarvestGap.objects.get().subject == subject


STRANGE = {
    "latin-1 without saying so": {"message": b"Caf\xe9", "author": b"Jos\xe9 <jose@example.org>"},
    "an encoding that is declared": {
        "message": "修复".encode("gb18030"),
        "author": "李明".encode("gb18030") + b" <li@example.org>",
        "headers": b"encoding gb18030\n",
    },
    "an encoding that does not exist": {"message": b"\xff\xfe", "headers": b"encoding klingon\n"},
    "NUL in the message": {"message": b"Fix\0 the rest\0\0\nCo-authored-by: A <a@example.org>"},
    "our own frame in the message": {"message": b"Fix\x01\n\x01\n1\t2\tevil.py\n\x01"},
    "our own frame as the message": {"message": b"\x01"},
    "lone surrogates": {"message": b"\xed\xa0\x80 \xed\xbf\xbf"},
    "control characters": {"message": b"\x1b[31mred\x1b[0m \x07\r\n\x08"},
    "no message": {"message": b""},
    "a message of ten million letters": {"message": b"a" * 10_000_000},
    "a name of a million letters": {"author": b"L" * 1_000_000 + b" <li@example.org>"},
    "an address of a million letters": {"author": b"Li <" + b"l" * 1_000_000 + b"@example.org>"},
    "angle brackets in a name": {"author": b"Li <admin> <li@example.org>"},
    "no author at all": {"author": b""},
    "a signature": {"headers": b"gpgsig -----BEGIN PGP SIGNATURE-----\n \n no\n -----END-----\n"},
    "headers nobody knows": {"headers": b"mergetag object 0\n x\nunknown \xff\n"},
    "a path with a line feed": {"files": {b"a\nb.py": b"a\n"}},
    "a path with quotes and tabs": {"files": {b'a"\tb\\.py': b"a\n"}},
    "a path like a size": {"files": {b"1\t2\tb.py": b"a\n"}},
    "a path like our frame": {"files": {b"\x01": b"a\n", b"\n\x01": b"b\n"}},
    "a path of broken bytes": {"files": {b"\xff\xfe.py": b"a\n"}},
    "a path in Chinese": {"files": {"模型/训练.py".encode(): b"a\n"}},
    "a path of 4,000 letters": {"files": {b"/".join([b"d" * 200] * 20): b"a\n"}},
    "a binary file": {"files": {b"model.bin": b"\0\1\2" * 100}},
    "a file without a last line feed": {"files": {b"a.py": b"a"}},
}  # fmt: skip


@pytest.mark.parametrize("strange", STRANGE.values(), ids=STRANGE)
def test_a_strange_commit_is_stored_and_so_are_its_neighbours(repository, store, strange):
    repository.commit(b"Before", {b"x.py": b"x\n"})
    odd = repository.commit(**{"message": b"Odd", **strange})
    repository.commit(b"After", {b"y.py": b"y\ny\n"})

    report = store()

    titles = dict(Contribution.objects.values_list("external_id", "title"))
    assert set(titles) == set(repository.commits)
    assert (report.new, report.gaps) == (3, [])
    assert Participation.objects.filter(contribution__external_id=odd, role="author").count() == 1
    assert Contribution.objects.get(title="After").facts["sizes"]["code"][0] == 2
    assert store().changed == 0


@pytest.mark.parametrize(
    ("strange", "title"),
    [
        ("an encoding that is declared", "修复"),
        ("latin-1 without saying so", "Caf�"),
        ("no message", "(no message)"),
        ("NUL in the message", "Fix"),
    ],
)
def test_a_title_is_shown_as_well_as_it_can_be_read(read, strange, title):
    assert read(**STRANGE[strange]).title == title


@pytest.mark.parametrize("path", [b"a\nb.py", b'a"\tb\\.py', b"1\t2\tb.py", "训练.py".encode()])
def test_a_path_is_told_as_it_is(read, path):
    assert read(files={path: b"a\nb\n"}).facts["files"] == [[path.decode(), 2, 0]]


def test_an_endless_message_keeps_a_title_that_can_be_shown(repository, store):
    repository.commit(b"a" * 10_000_000)

    store()

    assert len(Contribution.objects.get().title) == 1_000


def test_thirty_thousand_files_are_summed_and_the_largest_named(repository, tmp_path):
    repository.commit(files={b"d%d/f%d.py" % (n % 300, n): b"a\n" * (n % 7) for n in range(30_000)})

    (record,) = records_of(repository, tmp_path)

    assert record.facts["files_count"] == 30_000
    assert record.facts["sizes"] == {"code": [sum(n % 7 for n in range(30_000)), 0]}
    assert len(record.facts["files"]) == 200
    assert {added for _, added, _ in record.facts["files"]} == {6}


# Clones that lack something


def clone(repository, folder, *options):
    subprocess.run(
        ["git", "clone", "--quiet", "--bare", *options, f"file://{repository.folder}", folder],
        check=True,
        env=ENVIRONMENT,
        capture_output=True,
    )
    return GitRepository(folder, repository.commits)


@pytest.fixture
def with_history(repository):
    for number in range(5):
        repository.commit(files={b"a.py": b"a\n" * (number + 1), b"b.md": b"%d\n" % number})
    git(repository.folder, "config", "uploadpack.allowFilter", "true")
    return repository


def test_where_a_shallow_clone_ends_a_size_is_unknown(with_history, tmp_path):
    shallow = clone(with_history, tmp_path / "shallow", "--depth=3")

    (page, _end) = pages_of(shallow, tmp_path)

    first, *others = page.records
    assert [record.external_id for record in page.records] == with_history.commits[2:]
    assert first.facts["sizes"] is None
    assert "files" not in first.facts
    assert all(record.facts["sizes"]["code"] == [1, 0] for record in others)
    assert [gap.subject for gap in page.gaps] == [f"size of {with_history.commits[2][:12]}"]


@pytest.mark.parametrize("lacking", ["blob:none", "tree:0"])
def test_a_clone_without_files_tells_commits_without_sizes(with_history, tmp_path, lacking):
    partial = clone(with_history, tmp_path / "partial", f"--filter={lacking}")

    (page, _end) = pages_of(partial, tmp_path)

    assert [record.external_id for record in page.records] == with_history.commits
    assert [record.facts["sizes"] for record in page.records] == [None] * 5
    assert {gap.reason for gap in page.gaps} == {"the clone lacks its files"}


def test_a_clone_that_lacks_one_file_knows_the_other_sizes(with_history, tmp_path):
    copy = clone(with_history, tmp_path / "copy")
    blob = git(copy.folder, "rev-parse", f"{with_history.commits[2]}:b.md").decode()
    git(copy.folder, "unpack-objects", "-q", given=packed(copy))
    for pack in (copy.folder / "objects/pack").iterdir():
        pack.unlink()
    (copy.folder / "objects" / blob[:2] / blob[2:]).unlink()

    (page, _end) = pages_of(copy, tmp_path)

    known = [record.facts["sizes"] is not None for record in page.records]
    assert known == [True, True, False, False, True]


def packed(repository):
    """All packs of a clone, taken away from it, as one stream of bytes."""
    (pack,) = (repository.folder / "objects/pack").glob("*.pack")
    content = pack.read_bytes()
    for part in pack.parent.iterdir():
        part.unlink()
    return content


def test_a_patch_that_is_too_large_is_not_read_but_its_size_is_told(
    repository, tmp_path, monkeypatch
):
    monkeypatch.setattr("harvesters.gitstream.LARGEST_PATCH", 10_000)
    repository.commit(files={b"a.py": b"a\n"})
    repository.commit(files={b"a.py": b"a\n" * 9_001 + b"b" * 100_000})
    repository.commit(files={b"a.py": b"a\n"})
    repository.commit(files={b"a.py": b"a\nb\n"})

    records = records_of(repository, tmp_path)

    sizes = [record.facts["sizes"]["code"] for record in records]
    assert sizes == [[1, 0], [9_001, 0], [0, 9_001], [1, 0]]
    assert ["patch_id" in record.facts for record in records] == [True, False, False, True]


def test_a_page_that_grows_too_large_goes_on_behind_the_commit_that_is(
    repository, tmp_path, monkeypatch
):
    monkeypatch.setattr("harvesters.transports.git.LARGEST_LOG", 1 << 16)
    begun = []
    told = GitProcess._log
    monkeypatch.setattr(
        GitProcess, "_log", lambda git, shas, how: begun.append(len(shas)) or told(git, shas, how)
    )
    for number in range(30):
        text = b"%d\n" * 9 % ((number,) * 9) + (b"long\n" * 50_000 if number == 7 else b"")
        repository.commit(files={b"a.py": text})

    records = records_of(repository, tmp_path)

    assert [record.external_id for record in records] == repository.commits
    lines = [sum(record.facts["sizes"]["code"]) for record in records]
    assert lines == [9, *[18] * 6, 50_018, 50_018, *[18] * 21]
    assert ["patch_id" in record.facts for record in records] == [
        number not in {7, 8} for number in range(30)
    ]
    assert len(begun) < 12


# The rules that a project keeps itself

RULES = b'slug = "vision"\n# \xe8\xa7\x84\xe5\x88\x99\n'


def rules():
    return [(one.path, one.text) for one in RepositoryFile.objects.all()]


def test_the_rules_in_a_repository_are_kept_as_they_stand(repository, store):
    repository.commit(files={b".opencredits.toml": RULES, b"a.py": b"1\n"})
    store()
    first = RepositoryFile.objects.get()
    repository.commit(files={b".opencredits.toml": RULES, b"a.py": b"2\n"})
    RepositoryFile.objects.update(seen_at=NOW - timedelta(days=1))
    store()

    assert rules() == [(".opencredits.toml", RULES.decode())]
    assert first.digest == hashlib.sha256(first.text.encode()).hexdigest()
    assert RepositoryFile.objects.get().seen_at == NOW - timedelta(days=1), "nothing was written"


def test_rules_follow_the_default_branch(repository, store):
    repository.commit(files={b".opencredits.toml": RULES})
    store()
    repository.commit(files={b".opencredits.toml": b"other = 1\n"})
    store()
    changed = rules()
    repository.commit(files={b"sub/.opencredits.toml": RULES})
    store()

    assert changed == [(".opencredits.toml", "other = 1\n")]
    assert rules() == []


@pytest.mark.parametrize("text", [b"a" * 200_001, "规".encode() * 200_001, b"a" * 5_000_000])
def test_rules_of_more_than_200_000_letters_are_none(repository, store, text):
    repository.commit(files={b".opencredits.toml": "规".encode() * 200_000})
    store()
    kept = len(RepositoryFile.objects.get().text)
    repository.commit(files={b".opencredits.toml": text})
    store()

    assert (kept, rules()) == (200_000, [])


@pytest.mark.parametrize("text", [b"", b"\0", b"not toml ["])
def test_rules_are_kept_whatever_they_say(repository, store, text):
    repository.commit(files={b".opencredits.toml": text})

    assert store().gaps == []
    assert len(rules()) == 1


@pytest.mark.parametrize("text", [b"\0\xff", b"\xed\xa0\x80", "规".encode("gbk")])
def test_rules_that_are_no_text_are_a_gap_until_they_are(repository, store, text):
    repository.commit(files={b".opencredits.toml": RULES})
    store()
    repository.commit(files={b".opencredits.toml": text})
    store()
    gaps = list(HarvestGap.objects.values_list("subject", "reason"))
    known = rules()
    repository.commit(files={b".opencredits.toml": b"other = 1\n"})
    store()

    assert gaps == [(".opencredits.toml", "It is no text in UTF-8.")]
    assert known == [(".opencredits.toml", RULES.decode())]
    assert rules() == [(".opencredits.toml", "other = 1\n")]
    assert not HarvestGap.objects.exists()


def test_a_folder_or_a_link_is_no_file_of_rules(repository, store):
    repository.commit(files={b".opencredits.toml/a": RULES})
    store()
    git(repository.folder, "fast-import", "--quiet", "--force", given=AS_LINK)
    store()

    assert rules() == []


AS_LINK = b"""\
commit refs/heads/main
committer Li <li@example.org> 1772326800 +0000
data 0
M 120000 inline .opencredits.toml
data 11
/etc/passwd
"""


def test_where_a_clone_lacks_the_rules_what_was_known_stays(repository, store):
    repository.commit(files={b".opencredits.toml": RULES})
    store()
    repository.commit(files={b".opencredits.toml": b"other = 1\n"})
    blob = git(repository.folder, "rev-parse", "main:.opencredits.toml").decode()
    (repository.folder / "objects" / blob[:2] / blob[2:]).unlink()
    store()

    assert rules() == [(".opencredits.toml", RULES.decode())]


# Where a harvest stands


def test_a_history_is_read_parents_first_in_pages(repository, tmp_path):
    repository.grow(1_100)

    pages = pages_of(repository, tmp_path)

    assert [len(page.records) for page in pages] == [500, 500, 100, 0]
    assert [page.is_last for page in pages] == [False, False, False, True]
    assert [r.external_id for page in pages for r in page.records] == repository.commits


def test_a_harvest_goes_on_behind_any_page(repository, tmp_path):
    repository.grow(1_100)
    first, second, *_ = pages_of(repository, tmp_path)

    behind_first = pages_of(repository, tmp_path, first.cursor)
    behind_second = pages_of(repository, tmp_path, second.cursor)

    assert [len(page.records) for page in behind_first] == [500, 100, 0]
    assert [len(page.records) for page in behind_second] == [100, 0]


def test_the_bar_counts_the_whole_history(repository, tmp_path):
    repository.grow(10)
    *_, end = pages_of(repository, tmp_path)
    repository.grow(3)

    page, _ = pages_of(repository, tmp_path, end.cursor)

    assert (len(page.records), page.total) == (3, 13)


def test_what_came_while_a_history_was_read_follows_in_the_same_harvest(repository, tmp_path):
    repository.grow(600)
    first, *_ = pages_of(repository, tmp_path)
    repository.grow(50)

    pages = pages_of(repository, tmp_path, first.cursor)

    assert [len(page.records) for page in pages] == [100, 0, 50, 0]
    assert [page.is_last for page in pages] == [False, False, False, True]


def test_a_history_without_news_asks_for_nothing(repository, tmp_path):
    repository.grow(3)
    *_, end = pages_of(repository, tmp_path)

    (page,) = pages_of(repository, tmp_path, end.cursor)

    assert (page.records, page.is_last, page.cursor) == ([], True, end.cursor)


def test_a_history_that_was_rewritten_is_read_anew_and_doubles_nothing(repository, store):
    first = repository.commit(b"One")
    repository.commit(b"Two")
    store()

    repository.commit(b"Two, better", parents=[first])
    report = store()

    assert report.new == 1
    assert Contribution.objects.count() == 3


@pytest.mark.parametrize(
    "cursor",
    [
        {"commit": "0" * 40},
        {"commit": "--help"},
        {"head": "HEAD", "base": "", "done": 2},
        {"head": "f" * 40, "base": "nonsense", "done": 10},
    ],
)
def test_a_cursor_of_another_history_reads_all_of_this_one(repository, tmp_path, cursor):
    repository.grow(3)

    assert len(pages_of(repository, tmp_path, cursor)[0].records) == 3


def test_a_harvest_twice_writes_once(repository, store):
    repository.grow(30)

    assert (store().new, store().new) == (30, 0)
    assert Actor.objects.count() == 1


@pytest.mark.parametrize(
    ("remote", "page"),
    [
        ("https://github.com/lab/vision.git", "https://github.com/lab/vision"),
        ("git@gitee.com:lab/vision.git", "https://gitee.com/lab/vision"),
        ("ssh://git@gitlab.com/group/lab/vision/", "https://gitlab.com/group/lab/vision"),
        ("https://token@huggingface.co/lab/vision", "https://huggingface.co/lab/vision"),
        ("https://github.com.example.org/lab/vision", ""),
        ("https://github.com/lab/vision?x=<script>", ""),
        ("/srv/git/vision", ""),
        ("", ""),
    ],
)
def test_a_commit_has_a_page_only_on_a_forge_that_we_know(remote, page):
    assert web_address(remote) == page


def test_a_commit_s_page_follows_from_where_the_repository_came(repository, read):
    git(repository.folder, "config", "remote.origin.url", "https://github.com/lab/vision.git")

    assert read().url == f"https://github.com/lab/vision/commit/{repository.commits[0]}"


def test_commits_by_li_and_wu_are_by_two_actors(repository, store):
    repository.commit(author=LI)
    repository.commit(author=WU)
    repository.commit(author=b"Someone else <LI@EXAMPLE.ORG>")

    store()

    assert sorted(Actor.objects.values_list("login", flat=True)) == ["Someone else", "Wu Fang"]


def test_a_fetch_that_takes_its_time_says_that_it_lives(repository, tmp_path, monkeypatch):
    monkeypatch.setattr("harvesters.transports.fetching.BEAT_SECONDS", 0.02)
    repository.commit()
    served, may_go_on = GitServer(repository.folder.parent), Event()

    def held(request):
        is_fetch = "git-upload-pack" in request.path and request.method == "POST"
        may_go_on.wait(20 if is_fetch and b"command=fetch" in request.raw else 0)
        return served(request)

    with ForgeSimulator(held).serving() as simulator:
        git = open_git(f"{simulator.url}/vision", tmp_path / "home", Reach.of("127.0.0.1"))
        forge = Git(git, NOW)
        pages = forge.harvest(forge.find_repository(""), {"commit": "a" * 40})
        beats = [next(pages) for _ in range(5)]
        may_go_on.set()
        rest = list(pages)

    assert [(beat.records, beat.cursor) for beat in beats] == [([], {"commit": "a" * 40})] * 5
    assert [record.external_id for page in rest for record in page.records] == repository.commits


def test_an_unchanged_repository_elsewhere_costs_the_two_requests_of_one_look(repository, tmp_path):
    repository.commit()
    with ForgeSimulator(GitServer(repository.folder.parent)).serving() as simulator:
        git = open_git(f"{simulator.url}/vision", tmp_path / "home", Reach.of("127.0.0.1"))
        forge = Git(git, NOW)
        found = forge.find_repository("")
        [*_, last] = forge.harvest(found, {})
        before = len(simulator.requests)
        [*_, again] = forge.harvest(found, last.cursor)
        asked = [request.method for request in simulator.requests[before:]]

    assert asked == ["GET", "POST"]
    assert again.cursor == last.cursor
    assert again.repository == found


def test_a_folder_that_holds_another_repository_now_gives_nothing_of_it(repository, store):
    repository.commit()
    git(repository.folder, "config", "remote.origin.url", "https://github.com/lab/vision")
    store()
    HarvestCursor.objects.update(cursor={})
    git(repository.folder, "config", "remote.origin.url", "https://github.com/lab/other")
    repository.commit()
    source = HarvestCursor.objects.get()

    with pytest.raises(AnotherRepositoryError, match="shows another repository now: lab/other"):
        harvest_source(lease_source(source, now=NOW), clock=lambda: NOW)

    assert Contribution.objects.count() == 1


def test_a_repository_elsewhere_is_looked_for_before_it_is_fetched(repository, tmp_path):
    with ForgeSimulator(GitServer(repository.folder.parent)).serving() as simulator:
        git = open_git(f"{simulator.url}/vision", tmp_path / "home", Reach.of("127.0.0.1"))

        with pytest.raises(SourceNotFoundError, match="no commit on its default branch"):
            Git(git, NOW).find_repository("")
        repository.commit()
        found = Git(git, NOW).find_repository("")

    assert found.path.endswith("/vision")
    assert not (tmp_path / "home").exists()
