"""YAML files: what is understood, on which line, and what a person is told when it is not."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from lab.document import Document, dotted, load
from lab.errors import DocumentError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@pytest.fixture
def write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str | bytes], Path]:
    """Writes the file `a.yaml` in the current folder."""
    monkeypatch.chdir(tmp_path)

    def write_it(content: str | bytes) -> Path:
        path = tmp_path / "a.yaml"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write_it


def refusal(path: Path) -> str:
    """All that is said about the file."""
    try:
        document = load(path)
    except DocumentError as error:
        return str(error)
    return str(document.error(document.problems))


# What is understood


def test_plain_values_mean_what_they_say_and_all_else_is_text(write: Callable[..., Path]) -> None:
    text = (
        "a: true\nb: off\nc: ~\nd: -3\ne: 0.5\nf: 22:22\ng: 2024-01-01\nh: 010\ni: '5'\nj: 1e5\nk: !!str 7\nl: 0x10\n"
    )
    assert load(write(text)).data == {
        "a": True, "b": False, "c": None, "d": -3, "e": 0.5, "f": "22:22", "g": "2024-01-01",
        "h": "010", "i": "5", "j": "1e5", "k": "7", "l": "0x10",
    }  # fmt: skip


def test_keys_are_always_text(write: Callable[..., Path]) -> None:
    assert load(write("no: 1\n80: 2\nnull: 3\n")).data == {"no": 1, "80": 2, "null": 3}


def test_a_byte_order_mark_is_skipped(write: Callable[..., Path]) -> None:
    assert load(write(b"\xef\xbb\xbfa: 1\n")).data == {"a": 1}


def test_every_value_knows_its_line(write: Callable[..., Path]) -> None:
    document = load(write("a:\n  - b: 1\n    c:\n      x\n  - |\n    two\n    lines\n"))
    assert document.line(("a",)) == 1
    assert document.line(("a", 0)) == 2
    assert document.line(("a", 0, "c")) == 4
    assert document.key_line(("a", 0, "c")) == 3
    assert document.line(("a", 1)) == 5
    assert document.find(("a", 1)) == document.root.children["a"].value.children[1].value


def test_what_is_not_there_has_the_line_of_what_would_hold_it(write: Callable[..., Path]) -> None:
    document = load(write("a:\n  b:\n    c: 1\n"))
    assert document.line(("a", "b", "missing", 0)) == 2
    assert document.key_line(("a", "b", "missing")) == 2


def test_a_value_behind_an_anchor_has_the_line_where_it_stands(write: Callable[..., Path]) -> None:
    document = load(write("x: &x\n  a: 1\n  b: 2\ny:\n  <<: *x\n  b: 3\nz: *x\n"))
    assert document.data["y"] == {"a": 1, "b": 3}
    assert [document.line(("y", key)) for key in "ab"] == [2, 6]
    assert document.line(("z", "a")) == 2
    assert document.key_line(("z",)) == 7


def test_of_several_merged_mappings_the_earlier_wins(write: Callable[..., Path]) -> None:
    document = load(write("x: &x {a: 1, b: 1}\ny: &y {a: 2, c: 2}\nz: {<<: [*x, *y], b: 3}\n"))
    assert document.data["z"] == {"a": 1, "b": 3, "c": 2}


def test_how_a_text_was_written_is_known(write: Callable[..., Path]) -> None:
    document = load(write("a: x\nb: 'x'\nc: \"x\"\nd: |\n  x\ne: >\n  x\n"))
    assert [child.value.style for child in document.root.children.values()] == ["", "'", '"', "|", ">"]


# What is refused


@pytest.mark.parametrize(
    ("content", "said"),
    [
        pytest.param(
            "a: 1\nb: 2\na: 3\n", "a.yaml:3: the key 'a' stands here again; it is in line 1 already", id="twice"
        ),
        pytest.param("a: 1\nb:\n\tc: 1\n", "a.yaml:3: a tab; YAML indents with spaces only", id="tab"),
        pytest.param("a: |\n\tb\n", "a.yaml:2: a tab; YAML indents with spaces only", id="tab in a block"),
        pytest.param("", "a.yaml:1: the file is empty", id="empty"),
        pytest.param("# nothing\n\n", "a.yaml:1: the file is empty", id="only a comment"),
        pytest.param("---\n", "a.yaml:1: the file is empty", id="an empty document"),
        pytest.param("- a\n", "a.yaml:1: expected keys and values, found a list", id="a list"),
        pytest.param("a: 1\n---\nb: 2\n", "a.yaml:2: a second document begins here; a file holds one", id="two"),
        pytest.param(b"a: 1\nb: \xff\n", "a.yaml:2: not UTF-8 text (byte 0xff)", id="not UTF-8"),
        pytest.param(
            "a: 1\nb: \x07\n", "a.yaml:2: a control character (U+0007); write it as an escape in quotes", id="control"
        ),
        pytest.param(
            "a: 1\nb: c: d\n",
            "a.yaml:2: a `:` where none can be; quote a text that holds `: `, or mend the indentation",
            id="two colons",
        ),
        pytest.param("a: @b\n", "a.yaml:1: a text that begins with '@' must be quoted", id="at"),
        pytest.param("a: 1\nb: 'x\nc: 2\n", "a.yaml:2: the quote that opens here is not closed", id="open quote"),
        pytest.param(
            "x: &one 1\na: *on\n", "a.yaml:2: no anchor &on stands before this *on (did you mean 'one'?)", id="alias"
        ),
        pytest.param(
            "x: &x {}\na:\n  <<: *x\n  <<: *x\n",
            "a.yaml:4: the key '<<' stands here again; it is in line 3 already",
            id="merge twice",
        ),
        pytest.param("a: &a [*a]\n", "a.yaml:1: no anchor &a stands before this *a", id="a list that holds itself"),
        pytest.param(
            "a: !!python/name:os.system x\n", "a.yaml:1: no tags here (found 'python/name:os.system')", id="tag"
        ),
        pytest.param("? [a]\n: 1\n", "a.yaml:1: a key must be text, found a list", id="a list as a key"),
        pytest.param(
            "a:\n  <<: text\n", "a.yaml:2: << takes a mapping or a list of mappings, found 'text'", id="merge"
        ),
    ],
)
@pytest.mark.parametrize("parser", [yaml.SafeLoader, yaml.CSafeLoader])
def test_one_line_says_what_is_wrong_and_where(
    write: Callable[..., Path], content: str | bytes, said: str, parser: type, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lab.document.reading._LOADER", parser)
    assert refusal(write(content)) == said


def test_all_that_can_be_understood_is_told_at_once_in_line_order(write: Callable[..., Path]) -> None:
    assert refusal(write("a: 1\nb: *x\na: 2\n? [c]\n: 3\n")).splitlines() == [
        "a.yaml:2: no anchor &x stands before this *x",
        "a.yaml:3: the key 'a' stands here again; it is in line 1 already",
        "a.yaml:4: a key must be text, found a list",
    ]


def test_aliases_cannot_multiply_without_bound(write: Callable[..., Path]) -> None:
    levels = [f"l{n}: &l{n} [{', '.join([f'*l{n - 1}'] * 10)}]" for n in range(1, 12)]
    bomb = "\n".join(["l0: &l0 [x, x, x, x, x, x, x, x, x, x]", *levels])
    assert refusal(write(bomb)) == "a.yaml:5: more than 50,000 values, counting what aliases repeat"


def test_a_huge_file_is_not_read(write: Callable[..., Path]) -> None:
    path = write(b"a: " + b"x" * 10_000_000)
    assert refusal(path) == "a.yaml: larger than 1,000,000 bytes, the most that is read"


def test_a_very_long_list_is_refused(write: Callable[..., Path]) -> None:
    assert refusal(write("a: [" + "1," * 60_000 + "]")) == "a.yaml:1: more than 50,000 values"


def test_deep_nesting_is_refused(write: Callable[..., Path]) -> None:
    assert refusal(write("a: " + "[" * 100_000)) == "a.yaml:1: nested more than 40 deep"


def test_a_folder_a_missing_file_and_a_device_are_told_apart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "folder").mkdir()
    assert refusal(tmp_path / "folder") == "folder: a folder, not a file"
    assert refusal(tmp_path / "none.yaml") == "none.yaml: no such file"
    assert refusal(type(tmp_path)("/dev/zero")) == "/dev/zero: a device or pipe, not a file"


def test_a_file_outside_the_current_folder_is_named_as_it_was_given(write: Callable[..., Path], tmp_path: Path) -> None:
    path = write("")
    (tmp_path / "elsewhere").mkdir()
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(tmp_path / "elsewhere")
        assert refusal(path) == f"{path}:1: the file is empty"


def test_what_one_anchor_brings_to_many_places_is_told_once(write: Callable[..., Path]) -> None:
    document = load(write("x: &x {bad: 1}\na: *x\nb: *x\n"))
    error = document.error(document.problem((key, "bad"), "no such key") for key in "xab")
    assert str(error) == "a.yaml:1: x.bad (and 2 more): no such key"


def test_places_are_written_as_people_write_them() -> None:
    assert dotted(("steps", 0, "together", 1, "host")) == "steps[0].together[1].host"


def test_reading_yaml_does_not_wait_for_pydantic() -> None:
    seen = subprocess.run(
        [sys.executable, "-c", "import lab.document, sys; print('pydantic' in sys.modules)"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert seen.stdout == "False\n"


# Anything at all


@given(st.one_of(st.binary(max_size=200), st.text("ab-:*&<?!|>'\"#{}[]%@,. \n\t", max_size=60).map(str.encode)))
def test_no_content_brings_down_the_loader(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    path = tmp_path_factory.getbasetemp() / "any.yaml"
    path.write_bytes(content)
    try:
        document = load(path)
    except DocumentError as refused:
        said = refused.problems
    else:
        said = document.error(document.problems).problems
    assert all(problem.startswith(f"{path}:") for problem in said)


words = st.text("abcdefghijklmnopqrstuvwxyz", min_size=1, max_size=8)
trees = st.recursive(
    st.one_of(words, st.integers(-99, 99), st.booleans()),
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=4), st.dictionaries(words, inner, min_size=1, max_size=4)
    ),
    max_leaves=15,
)


@given(st.dictionaries(words, trees, min_size=1, max_size=5))
def test_what_was_written_is_read_and_each_scalar_is_found_in_its_line(
    tmp_path_factory: pytest.TempPathFactory, tree: dict[str, Any]
) -> None:
    text = yaml.safe_dump(tree, default_flow_style=False, sort_keys=False)
    path = tmp_path_factory.getbasetemp() / "tree.yaml"
    path.write_text(text)
    document = load(path)
    assert document.data == tree
    for loc, value in _scalars(document, ()):
        assert value in text.splitlines()[document.line(loc) - 1]


def _scalars(document: Document, loc: tuple[str | int, ...]) -> list[tuple[tuple[str | int, ...], str]]:
    value = document.find(loc)
    assert value is not None
    if value.is_scalar:
        return [(loc, value.text)]
    return [found for key in value.children for found in _scalars(document, (*loc, key))]
