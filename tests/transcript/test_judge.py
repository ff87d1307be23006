"""The verdict: one value for each variable in all transcripts, and the line to blame when there is none."""

from __future__ import annotations

from lab.transcript import Bindings, Line, Match, Mismatch, Row, Transcript, judge

SERVER = "Listening at ('0.0.0.0', 3000)\nThe client at ('{router-a.internet}', {outside:port}) says 'sally'\n"
SERVER_SAID = "Listening at ('0.0.0.0', 3000)\nThe client at ('198.51.100.11', 40000) says 'sally'\n"


def test_the_same_variable_in_two_transcripts_is_the_same_text(observe, judged):
    assert judged(observe(SERVER, SERVER_SAID, "server"), observe("from {outside}", "from 40000", "client")).ok


def test_a_difference_names_the_value_where_it_was_bound_and_what_was_seen(observe, reason):
    found = reason(
        observe(SERVER, SERVER_SAID, "server on server"), observe("from {outside}", "from 40001", "client on client-a1")
    )
    assert found == (
        "client on client-a1.yaml:1: {outside} is '40000' (bound by server on server, server on server.yaml:2);"
        " seen '40001'"
    )


def test_a_hosts_address_is_said_to_be_one(observe, reason):
    found = reason(observe(SERVER, SERVER_SAID.replace("198.51.100.11", "192.168.1.10")))
    assert found == (
        "program.yaml:2: {router-a.internet} is '198.51.100.11' (the address of that host); seen '192.168.1.10'"
    )


def test_the_bindings_say_where_each_variable_was_bound(observe, judged):
    bindings = judged(observe(SERVER, SERVER_SAID, "server")).bindings
    assert [(bound.label, bound.value, bound.origin) for bound in bindings] == [
        ("{outside}", "40000", "bound by server, server.yaml:2")
    ]


def test_rows_stand_side_by_side_up_to_the_first_difference(observe, judged):
    template = observe("a\nb {x}\nc\n...\nd\n", "")
    (result,) = judged(observe("a\nb {x}\nc\n...\nd\n", "a\nB\nc\n")).results
    place = template.template.place
    assert result == Mismatch(
        place.below(1),
        "expected 'b ', seen 'B'",
        (
            Row("a", "a", place, ok=True),
            Row("b {x}", "B", place.below(1), ok=False),
            Row("c", None, place.below(2), ok=False),
            Row("d", None, place.below(4), ok=False),
            Row(None, "c", None, ok=False),
        ),
    )


def test_a_match_has_rows_too(observe, judged):
    observation = observe("...\n? b\n? c\n* d\n> <<x>>\n<<^D>>\n...\n", "1\n2\nc\nb\nd\nd\n> x\n")
    (result,) = judged(observation).results
    first = observation.template.place
    assert result == Match(
        (
            Row("...", "1", first, ok=True),
            Row(None, "2", None, ok=True),
            Row("? c", "c", first.below(2), ok=True),
            Row("? b", "b", first.below(1), ok=True),
            Row("* d", "d", first.below(3), ok=True),
            Row("* d", "d", first.below(3), ok=True),
            Row("> <<x>>", "> x", first.below(4), ok=True),
            Row("<<^D>>", None, first.below(5), ok=True),
            Row("...", None, first.below(6), ok=True),
        )
    )


def test_a_line_that_two_lines_of_the_template_share_is_shown_once(observe, judged):
    (result,) = judged(observe("> <<x>>\nhello\n", "> hello\n")).results
    assert [(row.expected, row.seen) for row in result.rows] == [("> <<x>>", "> hello"), ("hello", None)]


def test_the_rest_of_a_line_that_dots_skip_is_shown_once(observe, judged):
    (result,) = judged(observe("> <<x>>\n...\nend\n", "> rest\nmore\nend\n")).results
    assert [row.seen for row in result.rows] == ["> rest", "more", "end"]


def test_a_difference_behind_a_prompt_shows_the_rest_of_that_line(observe, judged, reason):
    observation = observe("> <<x>>\nhello {server}\n", "> hello 1.2.3.4\n")
    assert reason(observation).startswith("program.yaml:2: {server} is '203.0.113.10'")
    (result,) = judged(observation).results
    assert [(row.expected, row.seen, row.ok) for row in result.rows] == [
        ("> <<x>>", "> hello 1.2.3.4", True),
        ("hello {server}", "hello 1.2.3.4", False),
    ]


def test_lines_that_nobody_expected_are_a_mismatch(observe, reason):
    assert reason(observe("a\n", "a\nTraceback\n")) == "program.yaml:1: expected no more lines"
    assert reason(observe("> <<^D>>", "> bye")) == "program.yaml:1: expected no more text in this line; seen 'bye'"


def test_an_early_end_says_what_is_missing(observe, reason):
    assert reason(observe("a\nb\n", "a\n")) == "program.yaml:2: the transcript ends here; still expected: 'b'"
    assert reason(observe("a\n? b\n? c\n* d\ne\nf\n", "a\nb\n")) == (
        "program.yaml:3: the transcript ends here; still expected: '? c', '* d', 'e' and 1 more"
    )


def test_a_difference_in_white_space_can_be_seen(observe, reason):
    assert reason(observe("a \n", "a\n")) == "program.yaml:1: only white space differs: expected 'a ', seen 'a'"
    assert (
        reason(observe("a b\n", "a\tb\n")) == "program.yaml:1: only white space differs: expected 'a b', seen 'a\\tb'"
    )


def test_a_text_of_another_kind_is_explained(observe, reason):
    assert reason(observe("from {x:private}", "from 8.8.8.8")) == "program.yaml:1: '8.8.8.8' is not private (RFC 1918)"


def test_all_that_is_wrong_in_a_line_is_told(observe, reason):
    assert reason(observe("{x:int} {server}", "a 1.1.1.1")) == (
        "program.yaml:1: 'a' is no whole number; {server} is '203.0.113.10' (the address of that host); seen '1.1.1.1'"
    )


def test_a_line_is_explained_by_as_few_faults_as_can_be(observe, reason):
    assert reason(observe("{server} {n:int}", "x y 7")).endswith(
        "{server} is '203.0.113.10' (the address of that host); seen 'x y'"
    )


def test_a_hole_that_holds_nothing_is_explained(observe, reason):
    assert (
        reason(observe("says '{x}'", "says ''")) == "program.yaml:1: {x} stands for at least one character; seen none"
    )


def test_two_values_in_one_line_are_explained(observe, reason):
    assert (
        reason(observe("{x} {x}", "a b")) == "program.yaml:1: {x} is 'a' (bound by program, program.yaml:1); seen 'b'"
    )


def test_a_text_that_differs_is_quoted_from_where_it_does(observe, reason):
    assert reason(observe("a {_} b {_} c", "a 1 b 2 d")) == "program.yaml:1: expected ' c' after 'a 1 b ', seen '2 d'"
    assert reason(observe("a {_} b", "a 1 b c")) == "program.yaml:1: expected the line to end after 'a 1 b', seen ' c'"


def test_a_missing_prompt_is_said_without_what_would_be_typed_there(observe, reason):
    assert reason(observe("name: <<bob>>", "Name: ")) == "program.yaml:1: expected 'name: ', seen 'Name: '"


def test_a_long_line_is_quoted_in_part(observe, reason):
    found = reason(observe("a", "x" * 500))
    assert found == f"program.yaml:1: expected 'a', seen {'x' * 30!r}...{'x' * 30!r}"


def test_after_dots_the_nearest_miss_is_blamed(observe, judged, reason):
    observation = observe("...\nport {x:port}\nend\n", "start\nport none\nother\nend\n")
    assert reason(observation) == "program.yaml:2: 'none' is no port (1 to 65535)"
    (result,) = judged(observation).results
    assert [(row.expected, row.seen, row.ok) for row in result.rows] == [
        ("...", "start", True),
        ("port {x:port}", "port none", False),
        ("end", None, False),
        (None, "other", False),
        (None, "end", False),
    ]


def test_after_dots_without_a_near_miss_the_end_is_blamed(observe, reason):
    assert (
        reason(observe("...\nlast\n", "a\nb\n")) == "program.yaml:2: the transcript ends here; still expected: 'last'"
    )


def test_in_a_group_the_nearest_miss_is_blamed(observe, reason):
    assert reason(observe("? a {x:int}\n? b {x}\n", "b 1\na 2\n")).startswith("program.yaml:1: {x} is '1'")


def test_in_a_group_the_lines_that_fit_first_are_taken_as_seen(observe, reason):
    assert reason(observe("? a\n? b\n? {_}\n", "a\nb\n\n")) == (
        "program.yaml:3: {_} stands for at least one character; seen none"
    )


def test_dots_give_way_when_a_later_line_needs_it(matches):
    assert matches("...\n{x}\n...\n{x} again\n", "1\n2\n3\n2 again\n")
    assert matches("...\nfoo\nend\n", "foo\nx\nfoo\nend\n")


def test_dots_give_way_when_another_transcript_needs_it(observe, judged):
    judgement = judged(observe("...\n{x:int}\n...\n", "1\n2\n3\n", "a"), observe("{x}", "2", "b"))
    assert judgement.ok
    assert judgement.bindings.values("x") == ("2",)


def test_a_group_is_put_in_the_order_that_another_transcript_needs(observe, judged):
    group = observe("? hello from {a}\n? hello from {b}\n", "hello from 1\nhello from 2\n", "server")
    assert judged(group, observe("{a}", "2", "client")).ok
    assert not judged(group, observe("{a}", "3", "client")).ok


def test_a_hole_ends_where_another_transcript_needs_it(observe, judged):
    judgement = judged(
        observe("{name} says {text}", "tom says what he says is true", "a"), observe("{text}", "is true", "b")
    )
    assert judgement.ok is True
    assert judgement.bindings.values("name") == ("tom says what he",)


def test_a_line_is_cut_in_every_way_that_another_transcript_may_need(observe, judged):
    assert judged(observe("{a}-{b}-{c}", "x-y-z-w", "one"), observe("{a} {c}", "x-y w", "two")).ok


def test_a_line_is_cut_so_that_a_variable_can_come_twice(matches):
    assert matches("{a}-{b}={a}", "x-y-z=x-y")


def test_a_list_may_begin_at_any_line_after_dots(matches):
    assert matches("* a {n}\n-\n...\n* {n}\nend\n", "a 1\n" * 3 + "-\n" + "1\n" * 4 + "end\n")


def test_a_starred_line_gives_way_when_a_later_line_needs_it(matches):
    assert matches("* {_:int}\n3\nend", "1\n2\n3\nend")


def test_the_variables_of_a_starred_line_are_lists(observe, judged):
    judgement = judged(observe("* {a:int} {b}\n", "1 x\n2 y\n"))
    assert judgement.bindings.values("a") == ("1", "2")
    assert judgement.bindings.values("b") == ("x", "y")


def test_lists_unify_item_by_item(observe, judged, reason):
    sent = observe("* sent {n}\n", "sent 1\nsent 2\nsent 3\n", "client")
    assert judged(sent, observe("* got {n}\n", "got 1\ngot 2\ngot 3\n", "server")).ok
    assert reason(sent, observe("* got {n}\n", "got 1\ngot 3\ngot 2\n", "server")) == (
        "server.yaml:1: {n} (item 2) is '2' (bound by client, client.yaml:1); seen '3'"
    )


def test_a_list_that_is_longer_in_another_transcript_is_a_mismatch(observe, reason):
    two = observe("* sent {n}\nend\n", "sent 1\nsent 2\nend\n", "client")
    assert reason(two, observe("* got {n}\n", "got 1\ngot 2\ngot 3\n", "server")) == (
        "server.yaml:1: {n} has 2 items (client, client.yaml:1); this line is one more"
    )


def test_a_list_that_is_shorter_in_another_transcript_is_a_mismatch(observe, reason):
    two = observe("* sent {n}\nend\n", "sent 1\nsent 2\nend\n", "client")
    too_few = "server.yaml:1: {n} has 2 items (client, client.yaml:1); here only 1"
    assert reason(two, observe("* got {n}\n", "got 1\n", "server")) == too_few
    assert reason(two, observe("* got {n}\nend\n", "got 1\nend\n", "server")) == too_few


def test_a_repeated_step_binds_one_item_each_time(observe, judged):
    runs = [
        observe("mine is {port:port}\n", f"mine is {port}\n", "client", index) for index, port in enumerate((40, 50))
    ]
    judgement = judged(observe("* saw {port}\n", "saw 40\nsaw 50\n", "server"), *runs)
    assert judgement.ok
    assert judgement.bindings.values("port") == ("40", "50")
    assert not judged(observe("* saw {port}\n", "saw 50\nsaw 40\n", "server"), *runs).ok


def test_a_list_has_as_many_items_as_the_step_has_repetitions(observe, reason):
    runs = [
        observe("mine is {port:port}\n", f"mine is {port}\n", "client", index) for index, port in enumerate((40, 50))
    ]
    assert reason(observe("* saw {port}\n", "saw 40\n", "server"), *runs) == (
        "server.yaml:1: {port} has 2 items (client, client.yaml:1); here only 1"
    )


def test_a_repetition_that_differs_is_told_by_its_item(observe, reason):
    runs = [
        observe("mine is {port:port}\n", f"mine is {port}\n", "client", index) for index, port in enumerate((40, 51))
    ]
    assert reason(observe("* saw {port}\n", "saw 40\nsaw 50\n", "server"), *runs) == (
        "client.yaml:1: {port} (item 2) is '50' (bound by server, server.yaml:1); seen '51'"
    )


def test_which_variables_are_lists_can_be_told_beforehand(observe):
    runs = [observe("{x}", str(index), "client", index) for index in range(2)]
    assert judge(runs, Bindings.of({})).ok
    assert judge(runs, Bindings.of({}, lists=["x"])).ok
    assert not judge(runs, Bindings.of({}, lists=[])).ok


def test_an_unfinished_line_with_nothing_in_it_is_none():
    assert Transcript("p", (Line("", 0.0), Line("", 0.0, complete=False))).texts() == [""]


def test_a_variable_bound_before_a_repeated_step_stays_one_value(observe, judged):
    first = observe("key {k}\n", "key 7\n", "first")
    runs = [observe("key is {k}\n", "key is 7\n", "client", index) for index in range(3)]
    assert judged(first, *runs).ok
    assert not judged(first, observe("key is {k}\n", "key is 8\n", "client", 1)).ok
    assert judged(first, observe("* {k} again\n", "7 again\n7 again\n", "third")).ok


def test_what_follows_a_mismatch_is_judged_all_the_same(observe, judged):
    judgement = judged(
        observe("a {x}\nb\n", "a 1\nc\n", "first"), observe("{x}", "1", "second"), observe("{x}", "2", "third")
    )
    assert [result.ok for result in judgement.results] == [False, True, False]
    assert not judgement.ok


def test_a_transcript_before_the_mismatch_is_no_mismatch(observe, judged):
    judgement = judged(observe("{x}", "1", "first"), observe("{x}", "2", "second"))
    assert [result.ok for result in judgement.results] == [True, False]


def test_judging_twice_gives_the_same(observe, judged):
    observations = [observe(SERVER, SERVER_SAID, "server"), observe("from {outside}", "from 40001", "client")]
    assert judged(*observations) == judged(*observations)


def test_nothing_to_judge_is_no_mismatch(judged):
    assert judged().ok
