"""What holds for any transcript and any template."""

from __future__ import annotations

import random

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from lab.errors import DocumentError
from lab.transcript import Line, Match, Mismatch, Place, Template, escape_line

PLACE = Place("x.yaml", 1)

spicy = st.sampled_from(
    [
        "...",
        "? a",
        "* a",
        "{",
        "}",
        "{{",
        "}}",
        "{}",
        "{x}",
        "{_}",
        "{server}",
        "<<",
        "<<<",
        ">>",
        "<<^C>>",
        "",
        " ",
        "\r",
        "\t",
    ]
)
plain = st.text(st.characters(exclude_characters="\n", exclude_categories=["Cs"]), max_size=12)
a_line = st.builds("".join, st.lists(spicy | plain, max_size=4))
transcripts = st.lists(a_line, max_size=8)


def joined(lines):
    return "".join(f"{line}\n" for line in lines)


@given(lines=transcripts)
def test_a_template_made_from_any_transcript_matches_it(judged, observe, lines):
    template = Template.of(joined(lines), PLACE)
    assert judged(observe(template.text, joined(lines))).ok


@given(lines=transcripts.filter(bool), other=a_line, data=st.data())
def test_a_changed_line_never_matches(matches, lines, other, data):
    number = data.draw(st.integers(0, len(lines) - 1))
    assume(lines[number] != other)
    template = Template.of(joined(lines), PLACE)
    assert not matches(template.text, joined([*lines[:number], other, *lines[number + 1 :]]))


@given(lines=transcripts.filter(bool), data=st.data())
def test_a_removed_line_never_matches(matches, lines, data):
    number = data.draw(st.integers(0, len(lines) - 1))
    assert not matches(Template.of(joined(lines), PLACE).text, joined([*lines[:number], *lines[number + 1 :]]))


@given(lines=transcripts, other=a_line, data=st.data())
def test_an_added_line_never_matches(matches, lines, other, data):
    number = data.draw(st.integers(0, len(lines)))
    assert not matches(Template.of(joined(lines), PLACE).text, joined([*lines[:number], other, *lines[number:]]))


values = st.text(st.characters(exclude_characters="\n[]", exclude_categories=["Cs"]), min_size=1, max_size=5)


@given(first=values, second=values)
def test_a_variable_in_two_transcripts_passes_if_and_only_if_it_is_the_same(judged, observe, first, second):
    judgement = judged(observe("a [{x}]", f"a [{first}]", "one"), observe("b [{x}]", f"b [{second}]", "two"))
    assert judgement.ok is (first == second)


@given(ours=st.lists(values, min_size=1, max_size=5), theirs=st.lists(values, min_size=1, max_size=5))
def test_two_lists_pass_if_and_only_if_they_are_the_same(judged, observe, ours, theirs):
    one = observe("* a [{x}]", joined(f"a [{value}]" for value in ours), "one")
    two = observe("* b [{x}]", joined(f"b [{value}]" for value in theirs), "two")
    judgement = judged(one, two)
    assert judgement.ok is (ours == theirs)
    assert judgement.ok is False or judgement.bindings.values("x") == tuple(ours)


@given(ours=st.lists(values, min_size=1, max_size=5), theirs=st.lists(values, min_size=1, max_size=5))
def test_a_repeated_step_and_a_list_pass_if_and_only_if_they_are_the_same(judged, observe, ours, theirs):
    server = observe("* b [{x}]", joined(f"b [{value}]" for value in theirs), "server")
    runs = [observe("a [{x}]", f"a [{value}]", "client", index) for index, value in enumerate(ours)]
    assert judged(server, *runs).ok is (ours == theirs)
    assert judged(*runs, server).ok is (ours == theirs)


@given(lines=st.lists(a_line, min_size=1, max_size=6), seed=st.randoms(use_true_random=False))
def test_a_group_matches_in_any_order(judged, observe, lines, seed):
    group = "".join(f"? {escape_line(line)}\n" for line in lines)
    shuffled = seed.sample(lines, len(lines))
    assert judged(observe(group, joined(shuffled))).ok


# Templates and transcripts over few words, so that they often nearly match.
words = st.sampled_from(["a", "b", "a b", "1", "2", "a 1", "> x", "> ", "", "^C"])
pieces = st.sampled_from(["a", "b", "1", " ", "{x}", "{y}", "{_}", "{x:int}", "{_:word}", "{server}", "{n}"])
template_lines = st.one_of(
    st.sampled_from(["...", "a", "b", "{x}", "a {x}", "> <<x>>", "> <<{x}>>", "<<^C>>", "<<^D>>", "<<x>>", "> <<x>>a"]),
    st.builds(lambda mark, some: mark + "".join(some), st.sampled_from(["", "? ", "* "]), st.lists(pieces, max_size=3)),
)


@st.composite
def templates(draw):
    text = joined(draw(st.lists(template_lines, max_size=6)))
    try:
        Template.parse(text, PLACE)
    except DocumentError:
        assume(False)
    return text


observed = st.tuples(templates(), st.lists(words, max_size=6).map(joined), st.sampled_from([None, 0, 1]))


@settings(max_examples=300)
@given(several=st.lists(observed, min_size=1, max_size=3))
def test_judging_never_crashes_and_its_rows_show_all_that_was_seen(judged, observe, several):
    observations = [
        observe(template, seen, f"source {number}", index) for number, (template, seen, index) in enumerate(several)
    ]
    judgement = judged(*observations)
    assert len(judgement.results) == len(observations)
    for (_, seen, _), result in zip(several, judgement.results, strict=True):
        shown = [row.seen for row in result.rows if row.seen is not None]
        if isinstance(result, Match):
            assert shown == seen.split("\n")[:-1]
            assert all(row.ok for row in result.rows)
        else:
            assert isinstance(result, Mismatch)
            assert result.reason
            assert sum(row.seen is not None and not row.ok for row in result.rows) <= seen.count("\n")
            assert any(not row.ok for row in result.rows)


@settings(max_examples=300)
@given(template=templates(), seen=st.lists(words, max_size=6))
def test_a_dialogue_and_the_judge_agree(converse, judged, observe, template, seen):
    dialogue = converse(template)
    for text in seen:
        dialogue.feed(Line(text, 0.0))
    judgement = judged(observe(template, joined(seen)))
    assert dialogue.is_complete is judgement.ok
    if judgement.ok:
        assert dialogue.stuck is None


@settings(max_examples=300)
@given(template=templates(), seen=st.lists(words, max_size=4), more=st.lists(words, max_size=3))
def test_what_is_stuck_would_never_have_matched(converse, matches, template, seen, more):
    dialogue = converse(template)
    for text in seen:
        dialogue.feed(Line(text, 0.0))
    if dialogue.stuck:
        assert not matches(template, joined([*seen, *more]))


@given(template=templates(), seed=st.integers())
def test_a_transcript_that_follows_its_template_matches_it(matches, template, seed):
    rng = random.Random(seed)
    values = {"x": "1", "y": "b", "n": "7", "server": "203.0.113.10"}
    times = rng.randint(1, 3)  # the same for all: lists of one variable are equally long
    seen: list[str] = []
    group: list[str] = []
    for written in template.split("\n")[:-1]:
        marked = written[:2] in {"? ", "* "}
        line = written[2:] if marked else written
        for name, value in values.items():
            line = line.replace(f"{{{name}}}", value).replace(f"{{{name}:int}}", value)
        line = line.replace("{_}", "any").replace("{_:word}", "word").replace("<<x>>a", "<<x>>\na")
        line = line.replace("<<", "").replace(">>", "")
        if not written.startswith("? "):
            seen += rng.sample(group, len(group))
            group = []
        if written == "...":
            seen += ["noise"] * rng.randint(0, 2)
        elif written.startswith("? "):
            group.append(line)
        elif written.startswith("* "):
            seen += [line] * times
        else:
            seen += line.split("\n")
    seen += rng.sample(group, len(group))
    assert matches(template, joined(seen))
