"""The certificate on A4: what is on it, what is in it, and that it is one page."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from credits.core.papers import PaperRow
from credits.core.verdict import Outcome
from credits.exports.fonts import UnprintableError, font_shelf
from credits.exports.pdf import certificate_pdf
from credits.exports.sheet import Sheet
from tests.printing import CODE, CREDENTIAL, glyphs_outside, pages_of, paper_of, poppler, text_of

KINDS = [
    "code",
    "tests",
    "docs",
    "ci",
    "example",
    "review",
    "issue",
    "triage",
    "answer",
    "translation",
    "dataset",
    "model",
    "demo",
    "benchmark",
    "mentoring",
    "security",
    "maintenance",
    "outreach",
    "release",
    "other",
]


@pytest.fixture
def printed(tmp_path):
    def write(sheet):
        path = tmp_path / "certificate.pdf"
        path.write_bytes(certificate_pdf(sheet, font_shelf()))
        return path

    return write


def sheet_with(language="en", outcome=Outcome.VALID, **changes):
    return Sheet(replace(paper_of(), code=CODE, **changes), CREDENTIAL, outcome, language)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_both_languages_stand_on_one_page(printed, language):
    path = printed(sheet_with(language))

    words = text_of(path)
    assert pages_of(path) == 1
    for said in ("Certificate of Open-Source Contribution", "开源贡献证书", "Li Ming 李明"):
        assert said in words
    assert "for the open-source project Lantern from 1 March 2026 to 31 August 2026" in words
    assert "为开源项目" in words
    assert CODE in words


def test_the_language_that_leads_stands_first(printed):
    english = text_of(printed(sheet_with("en")))
    chinese = text_of(printed(sheet_with("zh")))

    assert english.index("This certifies that") < english.index("兹证明")
    assert chinese.index("兹证明") < chinese.index("This certifies that")


def test_kinds_counts_and_points_are_those_of_the_certificate(printed):
    words = text_of(printed(sheet_with()))

    assert "Code 代码 2 13" in words
    assert "Code review 代码评审 1 1.25" in words
    assert "Total 合计 3 14.25" in words
    assert "University Open Source Office" in words
    assert "2 September 2026" in words


def test_the_credential_is_within_byte_for_byte(printed, tmp_path):
    path, out = printed(sheet_with()), tmp_path / "out.json"

    poppler("pdfdetach", "-save", "1", "-o", str(out), str(path))

    assert out.read_text(encoding="utf-8") == CREDENTIAL
    assert "credential.json" in poppler("pdfdetach", "-list", str(path))


def test_it_says_what_standards_it_keeps(printed):
    content = printed(sheet_with()).read_bytes()

    assert b"<pdfaid:part>3</pdfaid:part>" in content
    assert b"<pdfaid:conformance>B</pdfaid:conformance>" in content
    assert b"<pdfuaid:part>1</pdfuaid:part>" in content
    assert b"/AFRelationship /Data" in content or b"/AFRelationship/Data" in content


def test_the_same_certificate_gives_the_same_bytes():
    sheet = sheet_with()

    assert certificate_pdf(sheet, font_shelf()) == certificate_pdf(sheet, font_shelf())
    assert certificate_pdf(sheet, font_shelf()) != certificate_pdf(sheet_with("zh"), font_shelf())


def test_several_at_once_do_not_mix():
    sheets = [sheet_with(holder=f"李明 {number}") for number in range(8)]
    one_by_one = [certificate_pdf(sheet, font_shelf()) for sheet in sheets]

    with ThreadPoolExecutor(4) as threads:
        at_once = list(threads.map(lambda sheet: certificate_pdf(sheet, font_shelf()), sheets))

    assert at_once == one_by_one


def test_its_creation_date_is_the_day_of_issue(printed):
    info = poppler("pdfinfo", "-isodates", str(printed(sheet_with())))

    assert "CreationDate:    2026-09-02T08:00:00" in info


def test_every_font_is_embedded_and_none_is_the_systems(printed):
    lines = poppler("pdffonts", str(printed(sheet_with()))).splitlines()[2:]

    assert lines
    names = {line.split()[0].partition("+")[2] for line in lines}
    assert all(name.startswith(("Inter", "SourceSerif4", "NotoS")) for name in names), names
    assert all(line.split()[-5] == "yes" for line in lines)


def test_a_character_that_no_font_has_is_refused_by_name():
    with pytest.raises(UnprintableError, match=r"U\+10900, PHOENICIAN LETTER ALF"):
        certificate_pdf(sheet_with(holder="Li \U00010900"), font_shelf())


def test_a_project_that_no_font_can_print_is_refused_as_well():
    with pytest.raises(UnprintableError, match="ROCKET"):
        certificate_pdf(sheet_with(projects=["launch 🚀"]), font_shelf())


@pytest.mark.parametrize(
    "name",
    ["䶮", "堃", "喆", "\U0002b5af", "\U0002c1d5", "\U00020164", "Ľuboš Ørsted", "Θεός", "Юлия"],
)
def test_rare_names_are_printed(printed, name):
    assert name in text_of(printed(sheet_with(holder=name)))


def test_a_name_is_never_code(printed):
    name = '#panic("x") $x$ *b* <a> @b \\ [c]'

    assert name in text_of(printed(sheet_with(holder=name)))


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize(
    "changes",
    [
        {"holder": "欧阳" * 80},
        {"holder": "Bartholomew-" * 30},
        {"holder": "W" * 300},
        {"projects": [f"project-with-a-rather-long-name-{n}-视觉工具箱" * 3 for n in range(50)]},
        {"projects": ["W" * 300] * 50},
        {"issuer": "大学" * 200, "rule_set": "r" * 300},
        {"issuer": "W" * 300},
        {"rows": [PaperRow(kind, 123_456, 987_654_321) for kind in KINDS]},
        {"rows": [PaperRow("custom-" + "w" * 90 + str(n), 1, 5) for n in range(100)]},
        {"address": "https://" + "w" * 200 + ".example/c/" + CODE},
    ],
)
def test_nothing_is_too_long_for_the_page(printed, language, changes):
    path = printed(sheet_with(language, **changes))

    assert pages_of(path) == 1
    assert glyphs_outside(path) == []


def test_of_fifty_projects_the_first_are_named_and_the_others_counted(printed):
    words = text_of(printed(sheet_with(projects=[f"p{number}" for number in range(50)])))

    assert "projects p0, p1, p2, p3, p4 and 45 more from" in words
    assert "等 50 个项目" in words


def test_kinds_beyond_the_room_are_added_up(printed):
    rows = [PaperRow(kind, 2, 1_000 * (30 - n)) for n, kind in enumerate(KINDS)]

    words = text_of(printed(sheet_with(rows=rows)))

    assert "All other kinds 其余各类" in words
    assert " 65" in words  # 15 + 14 + 13 + 12 + 11: the last five of twenty


def test_who_hides_the_name_is_the_holder_of_this_address(printed):
    words = text_of(printed(sheet_with(holder="")))

    assert "the holder of this address" in words
    assert "Li Ming" not in words


@pytest.mark.parametrize(
    ("outcome", "said"),
    [(Outcome.REVOKED, "REVOKED 已吊销"), (Outcome.STATUS_UNKNOWN, "NOT VERIFIED 未能验证")],
)
def test_one_that_is_not_valid_is_stamped(printed, outcome, said):
    path = printed(sheet_with(outcome=outcome))

    # The stamp is turned, so its words are found in the order of the page's content.
    words = " ".join(poppler("pdftotext", "-raw", str(path), "-").split())
    assert said.split()[0] in words
    assert said.split()[-1] in words
    assert pages_of(path) == 1
