"""A template while its program runs: when something is typed, what is bound, and when all hope is lost."""

from __future__ import annotations

import pytest

from lab.transcript import Line, Setting, Typed

CLIENT = "Input lowercase sentence: <<sally>>\nThe OS assigned {port:port}\nThe server replied with 'SALLY'\n"
PIPES = Setting("client-a1", echo=False)


def feed(dialogue, *texts):
    for text in texts:
        dialogue.feed(Line(text, 0.0))
    return dialogue


def test_text_is_typed_when_its_prompt_is_there_and_not_before(converse):
    dialogue = converse(CLIENT)
    assert dialogue.next_typing("") is None
    assert dialogue.next_typing("Input lowercase sentence:") is None
    assert dialogue.next_typing("Input lowercase sentence: ") == Typed("sally")


def test_text_is_typed_once(converse):
    dialogue = converse("> <<a>>\n> <<b>>\n")
    assert dialogue.next_typing("> ") == Typed("a")
    assert dialogue.next_typing("> ") is None
    assert dialogue.next_typing("> a") is None
    feed(dialogue, "> a")
    assert dialogue.next_typing("") is None
    assert dialogue.next_typing("> ") == Typed("b")


def test_keys_are_not_text(converse):
    dialogue = converse("ready\n<<^C>>\n> <<^D>>")
    feed(dialogue, "ready")
    assert dialogue.next_typing("") == Typed("^C", is_key=True)
    assert dialogue.next_typing("^C> ") == Typed("^D", is_key=True)


def test_without_a_prompt_it_is_typed_when_the_line_before_has_been_seen(converse):
    dialogue = converse("ready\n<<go>>\n")
    assert dialogue.next_typing("") is None
    assert dialogue.next_typing("ready") is None
    feed(dialogue, "ready")
    assert dialogue.next_typing("") == Typed("go")


def test_without_a_prompt_the_first_line_is_typed_at_once(converse):
    dialogue = converse("<<>>\nend\n")
    assert dialogue.next_typing("") == Typed("")


def test_what_has_no_prompt_waits_for_the_echo_of_what_was_typed_before(converse):
    dialogue = converse("name: <<bob>>\n<<^C>>")
    assert dialogue.next_typing("name: ") == Typed("bob")
    assert dialogue.next_typing("name: ") is None
    assert dialogue.next_typing("name: bo") is None
    feed(dialogue, "name: bob")
    assert dialogue.next_typing("") == Typed("^C", is_key=True)


def test_text_without_any_prompt_waits_for_the_echo_of_the_one_before(converse):
    dialogue = converse("<<a>>\n<<b>>\n")
    assert dialogue.next_typing("") == Typed("a")
    assert dialogue.next_typing("") is None
    feed(dialogue, "a")
    assert dialogue.next_typing("") == Typed("b")


def test_after_a_key_it_does_not_wait_because_a_key_may_leave_nothing(converse):
    dialogue = converse("<<^D>>\n<<go>>\n")
    assert dialogue.next_typing("") == Typed("^D", is_key=True)
    assert dialogue.next_typing("") == Typed("go")


def test_where_nothing_is_echoed_it_does_not_wait(converse):
    dialogue = converse("name: <<bob>>\n<<next>>\nage: <<7>>\nbye\n", setting=PIPES)
    assert dialogue.next_typing("name: ") == Typed("bob")
    assert dialogue.next_typing("name: ") == Typed("next")
    assert dialogue.next_typing("name: age: ") == Typed("7")
    feed(dialogue, "name: age: bye")
    assert dialogue.stuck is None


def test_a_prompt_printed_as_a_whole_line_counts(converse):
    dialogue = feed(converse("Your name? <<bob>>\n"), "Your name? ")
    assert dialogue.next_typing("") == Typed("bob")


def test_a_prompt_is_found_after_dots(converse):
    dialogue = feed(converse("...\n> <<a>>\n...\n"), *["noise"] * 50)
    assert dialogue.next_typing("noise") is None
    assert dialogue.next_typing("> ") == Typed("a")


def test_a_prompt_may_have_holes(converse):
    dialogue = converse("guess {n:int} of {m:int}: <<5>>\n{m} {n}\n")
    assert dialogue.next_typing("guess 1 of ") is None
    assert dialogue.next_typing("guess 1 of 3: ") == Typed("5")


def test_typed_text_is_filled_with_what_this_transcript_bound(converse):
    dialogue = feed(converse("port {p:port}\n> <<send {p}>>\n"), "port 4000")
    assert dialogue.next_typing("> ") == Typed("send 4000")


def test_typed_text_waits_until_another_transcript_binds_its_variable(converse):
    dialogue = converse("> <<send {p}>>\n")
    assert dialogue.next_typing("> ") is None
    dialogue.learn(feed(converse("port {p:port}\n"), "port 4000").bindings)
    assert dialogue.next_typing("> ") == Typed("send 4000")


def test_what_it_waits_for_is_the_prompt_as_it_is_written(converse):
    dialogue = converse("hello\n{server} name: <<bob>>\nready\n<<go>>\n")
    assert dialogue.waiting_for == "{server} name: "
    feed(dialogue, "hello")
    dialogue.next_typing("203.0.113.10 name: ")
    assert dialogue.waiting_for == "ready"
    feed(dialogue, "203.0.113.10 name: bob", "ready")
    dialogue.next_typing("")
    assert dialogue.waiting_for is None


def test_a_line_binds_its_variables_when_it_is_complete(converse):
    dialogue = converse(CLIENT)
    feed(dialogue, "Input lowercase sentence: sally")
    assert dialogue.bindings.values("port") == ()
    feed(dialogue, "The OS assigned 40000")
    assert dialogue.bindings.values("port") == ("40000",)
    assert dialogue.bindings.fill("--port {port} --host {server}") == "--port 40000 --host 203.0.113.10"


def test_a_repeated_step_binds_its_item(converse):
    first = feed(converse("port {p:port}\n", index=0), "port 1")
    second = feed(converse("port {p:port}\n", bindings=first.bindings, index=1), "port 2")
    assert second.bindings.values("p") == ("1", "2")


def test_it_is_stuck_as_soon_as_nothing_can_follow(converse):
    dialogue = feed(converse(CLIENT), "Input lowercase sentence: sally")
    assert dialogue.stuck is None
    feed(dialogue, "Traceback (most recent call last):")
    assert str(dialogue.stuck.place) == "program.yaml:2"
    assert dialogue.stuck.reason == ("expected 'The OS assigned ', seen 'Traceback (most recent call last):'")
    assert [(row.expected, row.seen) for row in dialogue.stuck.rows] == [
        ("The OS assigned {port:port}", "Traceback (most recent call last):"),
        ("The server replied with 'SALLY'", None),
    ]


def test_it_stays_stuck_and_types_no_more(converse):
    dialogue = feed(converse("a\n> <<x>>\n"), "b")
    stuck = dialogue.stuck
    assert feed(dialogue, "a").stuck is stuck
    assert dialogue.next_typing("> ") is None
    assert dialogue.bindings.values("server") == ("203.0.113.10",)


def test_it_is_stuck_by_a_line_after_the_end(converse):
    assert feed(converse("a\n"), "a").stuck is None
    assert feed(converse("a\n"), "a", "b").stuck.reason == "expected no more lines"


def test_it_is_stuck_by_what_another_transcript_has_bound(converse):
    other = feed(converse("port {p:port}\n"), "port 1").bindings
    assert feed(converse("got {p}\n", bindings=other), "got 2").stuck.reason == (
        "{p} is '1' (bound by the program on client-a1, program.yaml:1); seen '2'"
    )


def test_a_guess_of_another_transcript_does_not_make_it_stuck(converse):
    server = feed(converse("? from {a:port}\n? from {b:port}\n"), "from 1")
    assert server.bindings.values("a") == ("1",)
    dialogue = feed(converse("mine {a}\n", bindings=server.bindings), "mine 2")
    assert dialogue.stuck is None
    assert dialogue.bindings.values("a") == ("2",)


def test_every_way_to_read_the_lines_so_far_stays_open(converse):
    for last in ("1 done", "2 done"):
        assert feed(converse("? from {a}\n? from {b}\n{a} done\n"), "from 1", "from 2", last).stuck is None
    assert feed(converse("? from {a}\n? from {b}\n{a} done\n"), "from 1", "from 2", "3 done").stuck


def test_what_was_a_guess_is_certain_once_nothing_else_is_possible(converse):
    server = feed(converse("? from {a:port}\n? to {b:port}\n"), "from 1")
    assert feed(converse("mine {a}\n", bindings=server.bindings), "mine 2").stuck


def test_dots_are_never_stuck(converse):
    assert feed(converse("a\n...\n"), "a", *map(str, range(500))).stuck is None


@pytest.mark.timeout(20)
@pytest.mark.parametrize(
    ("template", "count"),
    [("...\nend {x}\n{x}\n", 100_000), ("* {n:int}\nend\n", 30_000), ("...\n* {_}\n...\n", 30_000)],
)
def test_a_line_costs_the_same_after_many_others(converse, template, count):
    dialogue = converse(template)
    for number in range(count):
        dialogue.feed(Line(str(number), 0.0))
    assert dialogue.stuck is None
    assert dialogue.next_typing("") is None


@pytest.mark.timeout(10)
def test_a_line_costs_no_more_than_it_may_with_any_number_of_possibilities(converse):
    dialogue = feed(converse("...\n{n:int}\n...\n{n} again\n"), *map(str, range(2000)))
    assert dialogue.stuck is None


def test_it_is_complete_when_all_that_must_come_has_come(converse):
    dialogue = converse("a\n* b\n...\n")
    assert not dialogue.is_complete
    assert not feed(dialogue, "a").is_complete
    assert feed(dialogue, "b").is_complete
    assert feed(dialogue, "b", "c").is_complete


def test_an_unfinished_line_can_complete_it(converse):
    dialogue = feed(converse("a\n> <<^D>>"), "a")
    assert not dialogue.is_complete
    dialogue.next_typing("> ")
    assert dialogue.is_complete
    assert feed(dialogue, "> ").is_complete


def test_what_is_stuck_is_not_complete(converse):
    assert not feed(converse("a\n"), "a", "b").is_complete


def test_with_more_possibilities_than_it_can_follow_it_never_says_stuck(converse):
    dialogue = feed(converse("...\n* {n:int}\n* end {n}\n"), *map(str, range(200)))
    assert feed(dialogue, "noise that the dots may skip").stuck is None
