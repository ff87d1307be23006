"""What is found out about variables before anything runs."""

from __future__ import annotations

import pytest

from lab.errors import DocumentError
from lab.transcript import Place, Template, Use, scan

HOSTS = ["server", "client-a1", "router-a", "router-a.internet"]


def template(text, line=1, repeated=False):
    place = Place("x.yaml", line)
    return Use(what=Template.parse(text, place), place=place, repeated=repeated)


def command(text, line=1, repeated=False):
    return Use(what=text, place=Place("x.yaml", line), repeated=repeated)


def check(text, line=1):
    return Use(what=text, place=Place("x.yaml", line), is_check=True)


def problems(*uses):
    with pytest.raises(DocumentError) as caught:
        scan(uses, HOSTS)
    return list(caught.value.problems)


def test_a_variable_of_a_plain_step_is_no_list():
    assert scan([template("{a} {server}\n"), command("x {a} {router-a.internet}")], HOSTS) == set()


def test_a_variable_of_a_starred_line_or_a_repeated_step_is_a_list():
    uses = [template("* {a}\n* {a} {b}\n"), template("{c}\n", repeated=True), check("{b} {c}")]
    assert scan(uses, HOSTS) == {"a", "b", "c"}


def test_a_variable_bound_before_a_repeated_step_is_no_list():
    uses = [template("{a}\n"), command("{a}", repeated=True), template("{a}\n* {a}\n", repeated=True)]
    assert scan(uses, HOSTS) == set()


def test_a_repeated_command_may_use_its_item_of_a_list():
    assert scan([template("* {a}\n"), command("x {a}", repeated=True)], HOSTS) == {"a"}


def test_a_command_that_nothing_binds_a_variable_for_is_refused():
    assert problems(command("x --port {zzz}", 7)) == [
        "x.yaml:7: {zzz} is used but nothing binds it (allowed: client-a1, router-a, router-a.internet, server)"
    ]
    assert problems(template("{port:port}\n"), command("x {prot}", 7)) == [
        "x.yaml:7: {prot} is used but nothing binds it (did you mean 'port'?)"
    ]


def test_a_command_before_the_step_that_binds_its_variable_is_refused():
    assert problems(command("x {port}", 7), template("{port} {port}\n", 9))[0].startswith(
        "x.yaml:7: {port} is used before anything can bind it"
    )


def test_a_check_of_what_nothing_binds_is_refused():
    assert problems(check("{nobody}", 4))[0].startswith("x.yaml:4: {nobody} is used but nothing binds it")


def test_typed_text_may_come_from_a_step_further_down():
    assert scan([template("> <<{a}>>\n"), template("{a}\n", 5)], HOSTS) == set()


def test_typed_text_that_its_own_template_binds_too_late_is_refused():
    assert problems(template("> <<{a}>>\n{a}\n"))[0].startswith("x.yaml:1: {a} is used before anything can bind it")


def test_typed_text_that_nothing_binds_is_refused():
    assert problems(template("> <<{a}>>\n"))[0].startswith("x.yaml:1: {a} is used but nothing binds it")


def test_a_dotted_name_that_is_no_hosts_network_is_refused():
    assert problems(template("{router-a.internt} {router-a.internt}\n"))[0] == (
        "x.yaml:1: {router-a.internt} is no host's network (did you mean 'router-a.internet'?)"
    )


def test_a_name_that_occurs_once_and_asserts_nothing_is_refused():
    assert problems(template("a\nat {sever}\n", 3)) == [
        (
            "x.yaml:4: {sever} occurs only here and asserts nothing: did you mean {server}?"
            " if anything may stand there, write {_}"
        )
    ]
    assert problems(template("{zzz}\n")) == [
        "x.yaml:1: {zzz} occurs only here and asserts nothing: if anything may stand there, write {_}"
    ]


def test_a_name_that_occurs_once_with_a_kind_asserts_that():
    assert scan([template("{a:port}\n")], HOSTS) == set()


def test_a_list_that_is_used_as_one_value_is_refused():
    assert problems(template("* {a}\n", 3), template("{a}\n", 8)) == [
        "x.yaml:8: {a} is a list since x.yaml:3; here it would be one value"
    ]
    assert problems(template("* {a:int}\n", 3), command("x {a}", 8)) == [
        "x.yaml:8: {a} is a list since x.yaml:3; one value is needed here"
    ]


def test_a_list_of_lists_is_refused():
    assert problems(template("* {a:int}\n", 3, repeated=True)) == [
        "x.yaml:3: {a} would be a list of lists: '* ' inside a repeated step; write {_} or drop one"
    ]


def test_a_malformed_command_is_refused():
    assert problems(command("x ${HOME", 3)) == [
        "x.yaml:3: '{' is not closed in '{HOME' (a brace itself is written '{{')"
    ]
    assert problems(command("x {server:ip}", 3)) == [
        "x.yaml:3: {server:ip} asks for a value; only a variable, written {name}, has one"
    ]


def test_all_problems_are_told_at_once():
    assert len(problems(command("{a}"), command("{"), template("{b}\n"), check("{c}"))) == 4


@pytest.mark.timeout(10)
def test_thousands_of_names_that_assert_nothing_are_told_soon():
    assert len(problems(template("".join(f"{{name{number}}}\n" for number in range(3000))))) == 3000
