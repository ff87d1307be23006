"""`lab capture`: what passes at interfaces of the lab that is up, as it passes."""

from __future__ import annotations

import contextlib
import signal
import sys
import threading
from typing import TYPE_CHECKING

import click

from lab.capture import capturing
from lab.cli import labs
from lab.cli.given import Given, lab_options
from lab.cli.outlets import File, Json, Lines, opened
from lab.cli.stream import Stream
from lab.errors import UsageError, did_you_mean
from lab.packets import Only, decode

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from lab.capture import Capture
    from lab.cli.outlets import Outlet
    from lab.packets import Detail
    from lab.topology import Topology

_TURN_S = 0.0005
"""Those who read must not wait long for the one who shows, or the kernel would have to drop."""
_DETAILS: Mapping[str, Detail] = {word: word for word in ("mac", "ttl", "id")}


@click.command("capture")
@click.argument("places", nargs=-1, metavar="[HOST[/NETWORK]]…")
@click.option("-w", "--write", "path", metavar="FILE", help="Write them for Wireshark (pcapng); - is standard output.")
@click.option("--only", multiple=True, metavar="WORDS", help="arp, icmp, udp, tcp, udp/PORT, tcp/PORT.")
@click.option("--show", multiple=True, metavar="WORDS", help="More of each packet: mac, ttl, id.")
@click.option("--count", type=click.IntRange(1), metavar="N", help="End after so many packets.")
@click.option("--json", "as_json", is_flag=True, help="As JSON, one object a line.")
@lab_options()
@click.pass_obj
def capture_command(  # noqa: PLR0917
    given: Given,
    places: tuple[str, ...],
    path: str | None,
    only: tuple[str, ...],
    show: tuple[str, ...],
    count: int | None,
    as_json: bool,
) -> None:
    """What passes at interfaces, one line a packet, or for Wireshark.

    At all interfaces of a HOST, or at its link to one NETWORK; at all of the lab when you name none. A packet that is
    passed on is seen once at each. You see all of IP unless you say --only what; a file gets ARP too.

    Ctrl-C ends it. Until then nothing is missing: packets that there was no room for are told at the end.

    \b
    lab capture router-a
    lab capture client-a1 server/datacenter --only udp/3000,icmp --show ttl
    lab capture -w everything.pcapng
    lab capture router-a/internet -w - | wireshark -k -i -
    """
    if path is not None and (show or as_json):
        raise click.UsageError("--show and --json say nothing of a file", click.get_current_context())
    sorts, details = _words(only), [_detail(word) for word in _words(show)]
    _filter(sorts)
    with contextlib.ExitStack() as stack:
        ended = stack.enter_context(_ended_by_interrupt())
        lab = stack.enter_context(labs.attach(given))
        taps = _taps(places, lab.topology)
        filters = {(host, network): _filter(sorts) for host, networks in taps.items() for network in networks}
        outlet: Outlet = Json(details) if as_json else Lines(lab.topology, taps, details)
        if path is not None:
            outlet = File(stack.enter_context(opened(path)), lab.topology, taps)
        sys.setswitchinterval(_TURN_S)
        stream = Stream()
        captures = stack.enter_context(capturing(lab, taps, tell=stream.put, keep=False))
        click.echo(f"capturing at {_interfaces(len(filters))}; Ctrl-C ends it", err=True)
        shown = 0
        for passed in stream.packets(captures, ended):
            packet = decode(passed.frame)
            if (path is not None and not sorts) or filters[passed.host, passed.network].takes(packet):
                outlet.show(passed, packet)
                shown += 1
                if shown == count:
                    break
        for capture in captures:
            capture.stop()
    click.echo(_summary(shown, len(filters), captures, stream), err=True)


def _words(given: Sequence[str]) -> list[str]:
    """An option's words, whether it stands there several times or has them with commas."""
    return [word.strip() for text in given for word in text.split(",")]


def _detail(word: str) -> Detail:
    if word not in _DETAILS:
        raise UsageError(f"--show: nothing of a packet is called {word!r}{did_you_mean(word, _DETAILS)}")
    return _DETAILS[word]


def _filter(sorts: Sequence[str]) -> Only:
    try:
        return Only(sorts)
    except ValueError as error:
        raise UsageError(f"--only: {error}") from None


def _taps(places: Sequence[str], topology: Topology) -> dict[str, list[str]]:
    """Host → networks of all interfaces that are meant, each once."""
    found: dict[str, list[str]] = {}
    for place in places or topology.nodes:
        host, slash, network = place.partition("/")
        node = topology.node(host)
        meant = [node.interface(network)] if slash else node.interfaces
        known = found.setdefault(host, [])
        known += [interface.network for interface in meant if interface.network not in known]
    return found


@contextlib.contextmanager
def _ended_by_interrupt() -> Iterator[threading.Event]:
    """Ctrl-C is how this is meant to end: no error, and never in the middle of a packet."""
    ended = threading.Event()
    before = signal.signal(signal.SIGINT, lambda *_: ended.set())
    try:
        yield ended
    finally:
        signal.signal(signal.SIGINT, before)


def _interfaces(count: int) -> str:
    return f"{count} interfaces" if count != 1 else "1 interface"


def _summary(shown: int, places: int, captures: Sequence[Capture], stream: Stream) -> str:
    packets = f"{shown:,} packets" if shown != 1 else "1 packet"
    dropped = sum(capture.dropped for capture in captures)
    lost = [f"{dropped:,} dropped by the kernel"] if dropped else []
    lost += [f"{stream.missed:,} came too fast to be shown"] if stream.missed else []
    return f"{packets} at {_interfaces(places)}; {', '.join(lost) or 'none is missing'}"
