"""The grammar: what each form means, and what is refused when a file is loaded."""

from __future__ import annotations

import pytest

from lab.errors import DocumentError
from lab.transcript import Place, Template, escape_line


def problems(text: str) -> list[str]:
    with pytest.raises(DocumentError) as caught:
        Template.parse(text, Place("scenarios/x.yaml", 12))
    return list(caught.value.problems)


def test_text_is_itself(matches):
    assert matches("hello\n", "hello\n")
    assert not matches("hello\n", "Hello\n")


def test_a_template_without_a_last_line_end_expects_the_same(matches):
    assert matches("a\nb", "a\nb\n")


def test_an_empty_line_is_expected_where_it_stands(matches):
    assert matches("a\n\nb\n", "a\n\nb\n")
    assert not matches("a\n\nb\n", "a\nb\n")
    assert not matches("a\nb\n", "a\n\nb\n")


def test_an_empty_template_expects_that_nothing_is_printed(matches):
    assert matches("", "")
    assert not matches("", "\n")
    assert not matches("", "words")


def test_a_hole_is_any_text_that_is_not_empty(matches):
    assert matches("[{x}]", "[some text]")
    assert not matches("[{x}]", "[]")


def test_a_hole_does_not_reach_over_a_line_end(matches):
    assert not matches("[{x}]", "[a\nb]")


def test_a_variable_is_the_same_text_every_later_time(matches):
    assert matches("{x} {x}\n{x}", "a a\na")
    assert not matches("{x} {x}", "a b")
    assert not matches("{x}\n{x}", "a\nb")


def test_an_underscore_is_anything_and_bound_to_nothing(matches):
    assert matches("{_} {_}", "a b")
    assert matches("{_:int} {_:word}", "1 b")
    assert not matches("{_:int}", "b")


def test_a_host_is_bound_from_the_start(matches):
    assert matches("{server} {router-a.internet}", "203.0.113.10 198.51.100.11")
    assert not matches("{server}", "203.0.113.11")


def test_a_doubled_brace_is_a_brace(matches):
    assert matches("{{'a': {x}}}", "{'a': 1}")
    assert not matches("{{x}}", "anything")


def test_an_empty_pair_of_braces_stands_for_nothing(matches):
    assert matches("{}...", "...")
    assert not matches("{}...", "a\nb")
    assert matches("{}? a", "? a")
    assert matches("{}* a", "* a")
    assert matches("a <{}< b", "a << b")


def test_dots_alone_on_a_line_are_any_number_of_lines(matches):
    for seen in ("a\nz\n", "a\nb\nz\n", "a\nb\nc\nz\n"):
        assert matches("a\n...\nz\n", seen)
    assert not matches("a\n...\nz\n", "a\nb\n")
    assert matches("...", "")


def test_dots_that_are_not_alone_are_text(matches):
    assert matches("... ", "... ")
    assert not matches("... ", "a\nb\n")


def test_adjacent_lines_with_a_question_mark_come_in_any_order(matches):
    assert matches("? a\n? b\n? c\nend", "c\na\nb\nend")
    assert not matches("? a\n? b", "a\na")
    assert not matches("? a\n? b", "a\na\nb")
    assert not matches("? a\n? b", "a")
    assert not matches("? a\n? b", "a\nb\nb")


def test_groups_that_something_separates_do_not_mix(matches):
    assert not matches("? a\n-\n? b", "b\n-\na")


def test_a_starred_line_is_one_or_more_such_lines(matches):
    assert matches("* a\nend", "a\nend")
    assert matches("* a\nend", "a\na\na\nend")
    assert not matches("* a\nend", "end")
    assert not matches("* a\nend", "a\nb\nend")


@pytest.mark.parametrize(
    "seen", ["name: bob\nhello\n", "name: \nhello\n", "name: hello\n"], ids=["echo", "none", "pipe"]
)
def test_typed_text_is_its_echo_or_nothing(matches, seen):
    assert matches("name: <<bob>>\nhello\n", seen)


@pytest.mark.parametrize("seen", ["name: tom\nhello\n", "name: bo\nhello\n", "name: bobhello\n", "nam: bob\nhello\n"])
def test_typed_text_is_nothing_else(matches, seen):
    assert not matches("name: <<bob>>\nhello\n", seen)


@pytest.mark.parametrize("seen", ["> \n^C", "> \n^C\n", "> \n"])
def test_a_key_alone_on_its_line_may_leave_a_line_or_none(matches, seen):
    assert matches("> \n<<^C>>", seen)


def test_a_key_that_left_nothing_leaves_an_empty_line_to_the_program(matches):
    assert matches("<<^D>>\n\nend", "\nend")


@pytest.mark.parametrize("seen", [">>> ^C\nbye", ">>> ^Cbye", ">>> bye", ">>> \nbye"])
def test_a_key_may_or_may_not_end_its_line(matches, seen):
    assert matches(">>> <<^C>>\nbye", seen)


def test_after_something_typed_a_line_may_go_on_as_it_is_written(matches):
    assert matches(">>> <<^C>>Traceback", ">>> ^CTraceback")
    assert matches("> <<x>>!", "> x!")
    assert matches("a <<x>>b <<y>>c", "a b c")
    assert matches("a <<x>>b <<y>>c", "a x\nb y\nc")
    assert not matches("a <<x>>b", "a b c")


def test_dots_after_something_typed_skip_the_rest_of_its_line_too(matches):
    assert matches("> <<x>>\n...\nend", "> rest\nmore\nend")
    assert not matches("> <<x>>\n...\nend", "> rest\nmore\n")


def test_what_is_typed_is_filled_with_what_is_bound(matches):
    assert matches("port {p:port}\n> <<send {p}>>\nsent", "port 4000\n> send 4000\nsent")
    assert not matches("port {p:port}\n> <<send {p}>>\nsent", "port 4000\n> send 4001\nsent")


def test_an_unfinished_last_line_is_a_line_too(matches):
    assert matches("a\n> ", "a\n> ")
    assert not matches("a", "a\n> ")


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("{x:prot}", "unknown kind 'prot' in '{x:prot}' (did you mean 'port'?)"),
        (
            "{x:}",
            "unknown kind '' in '{x:}' (allowed: ephemeral, hex, int, ip, mac, port, private, public, time, word)",
        ),
        ("{a}{b}", "'{a}{b}' stand side by side: nothing tells where the first one ends"),
        ("{a}{}{b}", "'{a}{b}' stand side by side: nothing tells where the first one ends"),
        ("see {x", "'{' is not closed in '{x' (a brace itself is written '{{')"),
        ("{x {y}", "'{' is not closed in '{x {y}' (a brace itself is written '{{')"),
        ("x}", "'}' closes nothing (a brace itself is written '}}')"),
        (
            "{'a': 1}",
            (
                "'{'a': 1}' names no variable: a name is letters, digits, '-' and '_', and begins with a letter"
                " (a brace itself is written '{{')"
            ),
        ),
        (
            "{a.b.c}",
            (
                "'{a.b.c}' names no variable: a name is letters, digits, '-' and '_', and begins with a letter"
                " (a brace itself is written '{{')"
            ),
        ),
        ("> <<x", "'<<' is not closed by '>>' (a literal '<<' is written '<{}<')"),
        ("> <<^Z>>", "unknown key '<<^Z>>' (keys: ^C, ^D; as text it is written '<<{}^Z>>')"),
        (
            "{x}<<y>>",
            "'{x}' stands right before '<<': nothing tells when the prompt is complete; write the text that ends it",
        ),
        ("> <<{x:int}>>", "'{x:int}' cannot be typed: only a variable's value, written '{name}', can"),
        ("> <<{_}>>", "'{_}' cannot be typed: only a variable's value, written '{name}', can"),
        (
            "? > <<x>>",
            (
                "nothing can be typed in a line that begins with '? ': nobody knows when it comes"
                " (a literal '<<' is written '<{}<')"
            ),
        ),
        (
            "* > <<x>>",
            (
                "nothing can be typed in a line that begins with '* ': nobody knows when it comes"
                " (a literal '<<' is written '<{}<')"
            ),
        ),
    ],
)
def test_what_breaks_the_grammar_is_refused_with_its_line(text, problem):
    assert problems(f"fine\n{text}\n") == [f"scenarios/x.yaml:13: {problem}"]


def test_all_lines_that_break_the_grammar_are_told_at_once():
    assert [problem.split(": ")[0] for problem in problems("{\nfine\n}\n")] == [
        "scenarios/x.yaml:12",
        "scenarios/x.yaml:14",
    ]


def test_a_literal_text_can_always_be_typed(converse):
    assert converse("<<{}^Z>>").next_typing("").text == "^Z"
    assert converse("<<{{a}}>>").next_typing("").text == "{a}"


@pytest.mark.parametrize(
    ("line", "written"),
    [
        ("{a}", "{{a}}"),
        ("...", "{}..."),
        ("....", "...."),
        ("? a", "{}? a"),
        ("* a", "{}* a"),
        ("*a", "*a"),
        ("<<<x>>", "<{}<{}<x>>"),
    ],
)
def test_a_line_is_escaped_no_more_than_it_needs(line, written):
    assert escape_line(line) == written


def test_each_line_knows_its_place():
    template = Template.parse("a\n...\n? b\n? c\n* d\n> <<e>>f\n", Place("x.yaml", 10))
    assert [str(line.place) for line in template.lines()] == [f"x.yaml:{n}" for n in (10, 12, 13, 14, 15, 15)]
