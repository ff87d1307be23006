"""What is bound, and texts that are filled with it."""

from __future__ import annotations

from ipaddress import ip_address

import pytest

from lab.errors import UsageError
from lab.transcript import Bindings, Bound

HOSTS = {"server": ip_address("203.0.113.10")}


def items(*values, name="n", start=0):
    bindings = Bindings.of(HOSTS, [name])
    for index, value in enumerate(values, start):
        bindings = bindings.bind(Bound(name, value, index))
    return bindings


def test_a_text_is_filled_with_values(hosts):
    bindings = hosts.bind(Bound("port", "3000"))
    assert bindings.fill("x {server} {port} {{}}") == "x 203.0.113.10 3000 {}"


def test_an_unbound_variable_cannot_be_filled_in(hosts):
    with pytest.raises(UsageError, match=r"nothing has bound \{sever\} yet \(did you mean 'server'\?\)"):
        hosts.fill("{sever}")


def test_a_malformed_text_cannot_be_filled_in(hosts):
    with pytest.raises(UsageError, match="is not closed"):
        hosts.fill("{")


def test_a_list_is_filled_in_item_by_item():
    bindings = items("a", "b")
    assert bindings.fill("-{n}", 1) == "-b"
    assert bindings.fill_each("{server}-{n}") == ("203.0.113.10-a", "203.0.113.10-b")
    assert bindings.fill_each("{server}") == ("203.0.113.10",)
    with pytest.raises(UsageError, match=r"\{n\} is a list of 2; one value is needed here"):
        bindings.fill("{n}")


def test_a_list_that_lacks_items_cannot_be_filled_in():
    with pytest.raises(UsageError, match=r"nothing has bound \{n\} yet"):
        items().fill_each("{n}")
    with pytest.raises(UsageError, match=r"nothing has bound item 1 of \{n\} yet"):
        items("b", start=1).fill_each("{n}")


def test_binding_leaves_the_old_bindings_as_they_were(hosts):
    hosts.bind(Bound("a", "1"))
    assert hosts.names == set()
    one = items("a")
    one.bind(Bound("n", "b", 1))
    assert one.values("n") == ("a",)


def test_a_long_list_keeps_all_its_items():
    values = [str(number) for number in range(1000)]
    bindings = items(*values)
    assert bindings.values("n") == tuple(values)
    assert [bindings.get("n", index).value for index in (0, 255, 256, 511, 512, 999)] == [
        "0", "255", "256", "511", "512", "999",
    ]  # fmt: skip
    assert bindings.get("n", 1000) is None


def test_items_may_be_bound_in_any_order():
    bindings = Bindings.of(HOSTS, ["n"]).bind(Bound("n", "far", 700)).bind(Bound("n", "near", 300))
    assert bindings.values("n") == ("near", "far")
    assert bindings.get("n", 300).value == "near"
    assert bindings.get("n", 299) is None


def test_the_union_of_bindings_has_all_of_both(hosts):
    both = hosts.bind(Bound("a", "1")).union(hosts.bind(Bound("a", "2")).bind(Bound("b", "3")))
    assert (both.values("a"), both.values("b")) == (("1",), ("3",))
    assert items("x").union(items("y", start=1)).values("n") == ("x", "y")


def test_in_a_union_a_guess_gives_way(hosts):
    guess, certain = hosts.bind(Bound("a", "1")).guessing(["a"]), hosts.bind(Bound("a", "2"))
    for both in (guess.union(certain), certain.union(guess)):
        assert both.values("a") == ("2",)
        assert both.certain().values("a") == ("2",)
    later = guess.union(hosts.bind(Bound("a", "3")).guessing(["a"]))
    assert later.values("a") == ("3",)
    assert later.certain().values("a") == ()
    assert items("x").guessing(["n"]).union(items("y")).values("n") == ("y",)


def test_guesses_are_not_certain(hosts):
    bindings = hosts.bind(Bound("a", "1")).bind(Bound("b", "2")).guessing(["a"])
    assert bindings.certain().names == {"b"}
    assert bindings.union(hosts).guesses == {"a"}
    assert hosts.union(bindings).guesses == {"a"}
