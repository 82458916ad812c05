"""What kind of file a path names."""

import re
import time
from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harvesters.filekinds import LONGEST_PATH, FileKind, file_kind, sizes_by_kind

EXAMPLES = {
    FileKind.LOCK: "requirements.lock ui/package-lock.json go.sum Cargo.lock uv.lock",
    FileKind.VENDORED: "third_party/json/json.h vendor/a/b.go web/jquery-3.1.js node_modules/a.js",
    FileKind.GENERATED: "api/__generated__/types.ts Form.designer.cs a/.idea/project.xml"
    " rpc/serve_pb2.py rpc/serve_pb2_grpc.py rpc/serve.pb.go",
    FileKind.BINARY: "logo.png docs/paper.pdf weights/model.safetensors tests/data/audio.wav",
    FileKind.NOTEBOOK: "examples/Fine-tuning.ipynb tests/check.ipynb",
    FileKind.CI: ".github/workflows/test.yml .github/actions/setup/action.yml .gitlab-ci.yml"
    " .pre-commit-config.yaml Makefile docker/Dockerfile.cuda ci/run.sh Jenkinsfile tox.ini"
    " .teamcity/settings.kts",
    FileKind.TESTS: "tests/test_lora.py pkg/model_test.go web/app.spec.ts conftest.py test/x.txt",
    FileKind.TRANSLATION: "locale/zh/django.po ui/app.pot l10n/de.xlf README.zh-CN.md README_ja.md"
    " web/locales/fr.json src/i18n/zh.ts docs/zh/start.md docs/source/ko/index.md"
    " docs/pt-BR/a.md lib/l10n/app_en.arb browser/menu.ftl",
    FileKind.EXAMPLE: "examples/train.py examples/lora/README.md src/demo/app.js notebooks/run.sh"
    " tutorials/first.md examples/config.yaml",
    FileKind.DOCS: "docs/conf.py README docs/tutorials/a.md docs/ml/a.md src/guide.rst CHANGELOG"
    " LICENSE .github/ISSUE_TEMPLATE/bug.md man/train.1",
    FileKind.DATA: "data/words.csv examples/train.csv icon.svg records.jsonl",
    FileKind.CONFIG: "pyproject.toml configs/lora.yaml .github/dependabot.yml setup.cfg"
    " requirements-dev.txt .gitignore .gitattributes .github/CODEOWNERS go.mod",
    FileKind.CODE: "src/peft/lora.py csrc/kernel.cu csrc/attn.cuh src/lib.rs model/cache/paged.py"
    " index.html src/i18n/index.ts src/i18n/__init__.py train.sh kernels/attn.triton"
    " csrc/CMakeLists.txt envs/env/cartpole.py",
    FileKind.OTHER: "py.typed COMMIT_EDITMSG data/part-0001 .gitkeep 学习 MANIFEST.in",
}


@pytest.mark.parametrize(
    ("kind", "path"), [(kind, path) for kind, text in EXAMPLES.items() for path in text.split()]
)
def test_a_path_tells_its_kind(kind, path):
    assert file_kind(path) is kind


def test_every_kind_has_an_example():
    assert set(EXAMPLES) == set(FileKind)


def test_an_ending_counts_in_capitals_too():
    assert file_kind("Model.PY") is FileKind.CODE
    assert file_kind("photo.JPG") is FileKind.BINARY


@pytest.mark.parametrize("name", ["vendor", "generated"])
@given(data=st.data())
def test_a_list_means_joined_what_it_means_line_by_line(name, data):
    text = files("harvesters").joinpath("data", "linguist", f"{name}.txt").read_text("utf-8")
    lines = text.splitlines()
    line = data.draw(st.sampled_from(lines))
    path = data.draw(st.from_regex(line, fullmatch=False).filter(lambda path: "\n" not in path))
    kind = FileKind.VENDORED if name == "vendor" else FileKind.GENERATED

    assert re.search(line, path)
    assert file_kind(path) in {FileKind.LOCK, FileKind.VENDORED, kind}


@given(st.text(max_size=60))
def test_any_path_has_a_kind(path):
    assert file_kind(path) in FileKind


@pytest.mark.parametrize(
    "part",
    [
        "a",
        "/",
        "vendor/a.",
        "jquery",
        "import.",
        "_test.a",
        "a.lock-",
        "\n",
        "README.",
        "locale/",
        "docs/zh/",
        "demo/",
    ],
)
def test_an_endless_path_costs_no_more_than_a_long_one(part):
    path = part * 200_000
    start = time.process_time()

    file_kind(path)

    assert len(path) > LONGEST_PATH
    assert time.process_time() - start < 0.5


def test_lines_add_up_by_kind():
    sizes = sizes_by_kind(
        [("a.py", 10, 2), ("b.py", 5, 0), ("docs/a.md", 3, 1), ("logo.png", None, None)]
    )

    assert sizes == {"code": [15, 2], "docs": [3, 1], "binary": [0, 0]}


def test_what_git_counts_no_lines_of_is_binary_whatever_its_name():
    assert sizes_by_kind([("model.py", None, None)]) == {"binary": [0, 0]}


def test_a_commit_without_files_has_no_sizes():
    assert sizes_by_kind([]) == {}
