"""The sample histories: real in shape, and nobody's real work."""

import gzip
import json
import re

import pytest

from config.demo.sample import SAMPLE, SAMPLE_PROJECTS
from harvesters.forges.jsonl import parse_header, parse_record
from tests.sample.history import disguised_path
from tests.sample.words import part_of

REAL_NAMES = re.compile(
    r"peft|hugging|accelerate|nanogpt|karpathy|openai|whisper|copilot|devin|github\.com|@",
    re.IGNORECASE,
)


@pytest.fixture(scope="module", params=[project.slug for project in SAMPLE_PROJECTS])
def lines(request):
    return gzip.decompress((SAMPLE / f"{request.param}.jsonl.gz").read_bytes()).splitlines()


def test_the_sample_stays_small():
    assert sum(file.stat().st_size for file in SAMPLE.iterdir()) < 600_000


def test_every_line_is_in_our_format(lines):
    assert parse_header(lines[0]).host == "forge.example"
    records = [parse_record(line) for line in lines[1:]]
    assert len({(record.kind, record.external_id) for record in records}) == len(records)
    assert all(record.participants for record in records)


def test_no_name_or_address_of_a_real_project_is_left(lines):
    assert not [line[:200] for line in lines if REAL_NAMES.search(line.decode())]


def test_every_title_is_built_from_our_words(lines):
    titles = {json.loads(line)["title"] for line in lines[1:]}

    assert all(0 < len(title) < 120 for title in titles)


def test_a_path_loses_the_name_of_its_project_and_keeps_its_shape():
    assert disguised_path("src/peft/tuners/lora.py") == "src/vision_toolkit/tuners/lora.py"
    assert disguised_path("docs/{old => new}/whisper.md") == "docs/new/speech_lab.md"
    assert disguised_path("petals/carpet.py") == "petals/carpet.py"


def test_a_file_is_spoken_of_as_people_do():
    assert part_of("src/tuners/lora/layer.py") == "lora layer"
    assert part_of("tests/test_hooks.py") == "hooks"
    assert part_of("utils/__init__.py") == "utils"
