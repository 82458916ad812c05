"""Pull requests as Gitee and GitCode tell them, read as contributions."""

from datetime import datetime

import pytest

from harvesters.forge import Kind, Role
from harvesters.forges.gitee import GitCode, Gitee
from tests.gitee_reading import LI, MERGER, NOW, WU, named, told
from tests.gitee_world import (
    Direct,
    GiteeWorld,
    Pull,
    accepting,
    account,
    comment,
    commit,
    file,
    moment,
)


def change_of(pull, **world):
    return told(pull, **world)[0][0]


def test_a_merged_pull_request_is_a_contribution_of_its_author():
    change = change_of(Pull(7, LI, MERGER, labels=["缺陷", "good first issue"]))

    assert (change.kind, change.external_id, change.state) == (Kind.CHANGE, "2200007", "merged")
    assert change.occurred_at == datetime.fromisoformat(moment(7))
    assert change.title == "修复中文分词在空文件上的崩溃"
    assert change.url == "https://gitee.com/lab/vision/pulls/7"
    assert named(change, Role.AUTHOR) == [("gitee.com", "101", "liming")]
    assert named(change, Role.MERGER) == [("gitee.com", "104", "maintainer")]
    assert change.facts == {
        "labels": ["缺陷", "good first issue"],
        "pull_requests": [7],
        "sizes": {"code": [12, 3]},
        "files": [["src/分词.py", 12, 3]],
        "files_count": 1,
    }


def test_lines_are_told_as_texts_and_counted_by_kind_of_file():
    change = change_of(
        Pull(
            1,
            LI,
            MERGER,
            files=[
                file("src/模型.py", "12", "3"),
                file("tests/test_模型.py", "40", "0"),
                file("文档/说明.md", "5", "1"),
            ],
        )
    )

    assert change.facts["sizes"] == {"code": [12, 3], "tests": [40, 0], "docs": [5, 1]}
    assert change.facts["files"][0] == ["tests/test_模型.py", 40, 0]
    assert change.facts["files_count"] == 3


UNCOUNTED = {
    "300 files, which are all that Gitee tells": [file(f"src/{n}.py", 1, 0) for n in range(300)],
    "a file without numbers": [file("src/a.py", "", "")],
    "a file that is too large": [file("src/a.py", 0, 0, too_large=True)],
    "a number that is none": [file("src/a.py", "٣", "-1")],
}


@pytest.mark.parametrize("files", UNCOUNTED.values(), ids=UNCOUNTED)
def test_a_size_that_is_not_told_whole_is_unknown_and_a_gap(files):
    records, gaps = told(Pull(1, LI, MERGER, files=files))

    assert records[0].facts["sizes"] is None
    assert [gap.subject for gap in gaps] == ["size of pull request 1"]
    assert [one.external_id for one in gaps[0].concerns] == ["101"]


@pytest.mark.parametrize("count", [0, 1, 99, 100, 101, 250])
def test_every_file_is_counted(count):
    change = change_of(Pull(1, LI, MERGER, files=[file(f"src/{n}.py", 1, 0) for n in range(count)]))

    assert change.facts["sizes"] == ({"code": [count, 0]} if count else {})


def test_everybody_who_wrote_a_part_is_named_once():
    message = (
        "修复分词器\n\nCo-authored-by: 陈晨 <103+chen@user.noreply.gitee.com>\n"
        "Co-authored-by: 王芳 <wang@example.edu.cn>\nCo-authored-by: liming <other@example.org>\n"
        "Signed-off-by: 赵六 <zhao@example.org>\n"
    )
    change = change_of(
        Pull(1, LI, MERGER, commits=[commit(message, LI), commit("测试", WU), commit("又", WU)])
    )

    assert [(login, host) for host, _, login in named(change, Role.CO_AUTHOR)] == [
        ("chen", "gitee.com"),
        ("王芳", "git"),
        ("wu", "gitee.com"),
    ]
    assert change.facts["trailers"][0] == ["co-authored-by", "陈晨"]
    assert ["signed-off-by", "赵六"] in change.facts["trailers"]


def test_a_commit_of_no_account_is_its_address_unless_the_name_is_the_authors():
    change = change_of(
        Pull(
            1,
            LI,
            MERGER,
            commits=[
                commit(name="李明", email="home@example.org"),
                commit(name="王芳", email="wang@example.edu.cn"),
                commit(name="孙七", email="55+sun@user.noreply.gitee.com"),
            ],
        )
    )

    assert [(host, login) for host, _, login in named(change, Role.CO_AUTHOR)] == [
        ("git", "王芳"),
        ("gitee.com", "sun"),
    ]


def test_commits_are_told_so_that_one_of_them_counts_once():
    change = change_of(
        Pull(1, LI, MERGER, commits=[commit(who=LI)], more={"merge_commit_sha": "e" * 40})
    )

    assert change.facts["commits"] == ["c" * 40]
    assert change.facts["merge_commit"] == "e" * 40


def test_who_merged_is_told_at_once_by_gitcode_and_saves_a_request():
    world = GiteeWorld([Pull(1, LI, more={"merged_by": account("64c7", "审核人")})])
    direct = Direct(world)
    gitcode = GitCode(direct, "gitcode.com", NOW)

    (page, *_) = gitcode.harvest(gitcode.find_repository("lab/vision"), {})

    assert named(page.records[0], Role.MERGER) == [("gitcode.com", "64c7", "审核人")]
    assert not any("operate_logs" in path for path in direct.asked)
    assert page.gaps == []


def test_a_merge_that_nobody_is_named_for_is_a_gap():
    _, gaps = told(Pull(1, LI))

    assert [gap.subject for gap in gaps] == ["merger of pull request 1"]


def test_who_merges_their_own_change_without_an_approval_merged_it_alone():
    alone = change_of(Pull(1, LI, LI))
    accepted = change_of(Pull(1, LI, LI, assignees=[accepting(WU)]))

    assert alone.facts["merged_by_author"] is True
    assert "merged_by_author" not in accepted.facts


CLOSED = {
    "Fixes #I1DACG": [2299552],
    "修复 #I1DACG，解决：#I1DAQF": [2299552, 2300055],
    "close: https://gitee.com/lab/vision/issues/I1DACG": [2299552],
    "见 #I1DACG": [],
    "fixes #12": [12],
    "prefix #I1DACG": [],
    "#I1DACG": [],
}


@pytest.mark.parametrize(("body", "closed"), CLOSED.items(), ids=range(len(CLOSED)))
def test_issues_are_closed_by_words_in_either_language(body, closed):
    assert change_of(Pull(1, LI, MERGER, body=body)).facts.get("closes", []) == closed


def test_a_change_that_closes_what_it_names_need_not_say_so():
    change = change_of(Pull(1, LI, MERGER, body="#I1DACG", more={"close_related_issue": 1}))

    assert change.facts["closes"] == [2299552]


def test_a_revert_names_what_it_takes_back():
    message = f'Revert "修复"\n\nThis reverts commit {"a" * 40}.\n'

    assert change_of(Pull(1, LI, MERGER, commits=[commit(message)])).facts["reverts"] == "a" * 40
    two = Pull(1, LI, MERGER, commits=[commit(message), commit("其他", sha="f" * 40)])
    assert "reverts" not in change_of(two).facts


def test_help_by_an_ai_tool_is_told():
    message = "生成\n\nCo-authored-by: Qwen <noreply@qwen.ai>\n"

    change = change_of(Pull(1, LI, MERGER, commits=[commit(message, LI)]))

    assert change.facts["ai_assistance"] == ["Qwen"]


@pytest.mark.parametrize(
    ("state", "told_as"), [("open", "open"), ("opened", "open"), ("locked", "open")]
)
def test_an_open_pull_request_is_asked_for_nothing_more(state, told_as):
    direct = Direct(GiteeWorld([Pull(1, LI, state=state, assignees=[accepting(WU)])]))
    gitee = Gitee(direct, "gitee.com", NOW)

    (page, *_) = gitee.harvest(gitee.find_repository("lab/vision"), {})

    (change,) = page.records
    assert change.state == told_as
    assert "sizes" not in change.facts
    assert not any(path.startswith("/repos/lab/vision/pulls/1") for path in direct.asked)


def test_a_merged_pull_request_takes_four_requests_and_a_closed_one_takes_one():
    direct = Direct(GiteeWorld([Pull(1, LI, MERGER), Pull(2, LI, state="closed")]))
    gitee = Gitee(direct, "gitee.com", NOW)

    list(gitee.harvest(gitee.find_repository("lab/vision"), {}))

    details = [path.rpartition("pulls/")[2] for path in direct.asked if "pulls/" in path]
    assert sorted(details) == [
        "1/comments",
        "1/commits",
        "1/files",
        "1/operate_logs",
        "2/comments",
    ]


def test_what_is_known_to_have_no_comments_is_not_asked_for_them():
    direct = Direct(GiteeWorld([Pull(1, LI, MERGER, more={"comments": 0})]))
    gitee = Gitee(direct, "gitee.com", NOW)

    list(gitee.harvest(gitee.find_repository("lab/vision"), {}))

    assert not any(path.endswith("comments") for path in direct.asked)


def test_the_author_of_a_deleted_account_is_the_ghost():
    assert named(change_of(Pull(1, None, MERGER)), Role.AUTHOR) == [("gitee.com", "0", "ghost")]


@pytest.mark.parametrize(
    "login", ["i-robot", "openeuler-ci-bot", "openharmony_ci", "ascend-robot", "renovate"]
)
def test_a_projects_robot_is_no_person(login):
    change = change_of(Pull(1, account(9, login), MERGER))

    assert change.participants[0].actor.is_bot


@pytest.mark.parametrize("login", ["robotics", "liming", "abbot", "nancici", "robin"])
def test_a_person_is_no_robot(login):
    assert not change_of(Pull(1, account(9, login), MERGER)).participants[0].actor.is_bot


HIDDEN = {
    "files": ["size of pull request 1"],
    "commits": ["co-authors of pull request 1"],
    "comments": ["reviews of pull request 1"],
    "operate_logs": ["merger of pull request 1"],
}


@pytest.mark.parametrize(("part", "subjects"), HIDDEN.items(), ids=HIDDEN)
def test_a_part_that_is_hidden_is_a_gap_and_all_else_counts(part, subjects):
    records, gaps = told(
        Pull(1, LI, MERGER, comments=[comment(5, WU, "src/a.py")]),
        missing={f"lab/vision/pulls/1/{part}"},
    )

    assert records[0].kind == Kind.CHANGE
    assert [gap.subject for gap in gaps] == subjects


def test_a_pull_request_of_250_commits_may_have_more_writers():
    commits = [commit(who=LI, sha=f"{number:040x}") for number in range(250)]

    _, gaps = told(Pull(1, LI, MERGER, commits=commits))

    assert [gap.subject for gap in gaps] == ["co-authors of pull request 1"]


def test_what_only_members_may_see_is_not_told():
    records, gaps = told(Pull(1, LI, MERGER, title="提权漏洞", more={"security_hole": True}))

    assert records == []
    assert [gap.subject for gap in gaps] == ["pull request 1"]
    assert [one.external_id for one in gaps[0].concerns] == ["101"]
    assert not any("提权漏洞" in gap.reason for gap in gaps)


@pytest.mark.parametrize("missing", ["state", "id", "title", "user", "html_url", "merged_at"])
def test_a_pull_request_that_lacks_what_is_promised_is_a_gap_and_the_others_count(missing):
    class Careless(Direct):
        """Forgets a field of the second pull request."""

        def request(self, method, path, **asked):
            answer = super().request(method, path, **asked)
            if path.endswith("/pulls"):
                answer.body[0].pop(missing)
            return answer

    gitee = Gitee(
        Careless(GiteeWorld([Pull(1, LI, MERGER), Pull(2, LI, MERGER)])), "gitee.com", NOW
    )
    pages = list(gitee.harvest(gitee.find_repository("lab/vision"), {}))
    records = [record for page in pages for record in page.records]
    gaps = [gap for page in pages for gap in page.gaps]

    assert [record.external_id for record in records] == ["2200001"]
    assert [gap.subject for gap in gaps] == ["pulls 2"]
