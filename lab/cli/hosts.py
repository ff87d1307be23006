"""`lab exec`, `lab shell`, `lab assist`, `lab link`: something done on one host of the lab that is up."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, TypeVar

import click

from lab import terminal
from lab.capabilities import lacks
from lab.cli import labs
from lab.cli.given import Given, lab_options
from lab.document import shown
from lab.errors import LabError, UsageError
from lab.links import LinkChange, change_link
from lab.process import ENVIRONMENT
from lab.scenario import delay_ms, loss_percent, mtu_bytes, rate_kbit

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from lab.topology import Topology

_Number = TypeVar("_Number", int, float)
# The first shell that is there. No word of anybody's comes in here.
_SHELL = ("sh", "-c", "command -v bash >/dev/null && exec bash; exec sh")


@click.command("exec", context_settings={"allow_interspersed_args": False})
@click.argument("host")
@click.argument("command", nargs=-1, required=True, type=click.UNPROCESSED, metavar="[--] CMD…")
@lab_options()
@click.pass_obj
def exec_command(given: Given, host: str, command: tuple[str, ...]) -> int:
    """Run a command on a host.

    Terminal, pipes and exit status pass through; Ctrl-C reaches the command. It starts in the current directory, if
    hosts see that. All that stands after HOST is the command.

    \b
    lab exec client-a1 -- ip route
    lab exec server -- python services/udp_echo.py server
    echo hello | lab exec client-a1 -- tr a-z A-Z
    """
    words = command[1:] if command[0] == "--" else command
    if not words:
        raise click.UsageError("a command is missing after --", click.get_current_context())
    if words[0].startswith("-"):
        raise click.UsageError(f"{words[0]!r} is no command; options stand before HOST", click.get_current_context())
    return _spawn_here(given, host, words)


@click.command("shell")
@click.argument("host")
@lab_options()
@click.pass_obj
def shell_command(given: Given, host: str) -> int:
    """A shell on a host.

    bash where there is one, else sh.

    \b
    lab shell client-a1
    """
    return _spawn_here(given, host, _SHELL)


@click.command("assist", context_settings={"allow_interspersed_args": False})
@click.argument("host")
@click.argument("words", nargs=-1, required=True, type=click.UNPROCESSED, metavar="udp|tcp …")
@lab_options()
@click.pass_obj
def assist_command(given: Given, host: str, words: tuple[str, ...]) -> int:
    """Be the other end of a program, by hand.

    What you type is sent from that host, and every byte that arrives there is shown. All that stands after HOST is for
    services/assist.py, which runs there on this terminal: lab assist HOST --help tells of its options and commands.

    \b
    lab assist server udp --bind 3000
    lab assist client-a1 udp --to server:3000 --encoding gbk
    lab assist client-a1 tcp --to server:3000 --end lf
    """
    program = labs.topology_of(given).file.parent / "services" / "assist.py"
    if not program.is_file():
        raise UsageError(f"there is no {shown(program)}, which would run on {host}: take it from Socket Lab's services")
    return _spawn_here(given, host, ("python", str(program), *words), program)


@click.command("link")
@click.argument("place", metavar="HOST/NETWORK")
@click.option("--loss", metavar="30%", help="Of every hundred packets so many are lost, in each direction.")
@click.option("--rate", metavar="1mbit", help="No more than this passes in a second.")
@click.option("--delay", metavar="50ms", help="What the host sends is so late (on kernels with netem).")
@click.option("--mtu", metavar="600", help="No larger packet, in bytes, leaves or enters the host there.")
@click.option("--down", is_flag=True, help="Cut it.")
@click.option("--restore", is_flag=True, help="As good as new.")
@lab_options()
@click.pass_obj
def link_command(  # noqa: PLR0917
    given: Given,
    place: str,
    loss: str | None,
    rate: str | None,
    delay: str | None,
    mtu: str | None,
    down: bool,
    restore: bool,
) -> None:
    """Make a link slow, lossy or dead, or mend it.

    The link between that host and that network stays so until it is changed again, restored, or the lab goes down.
    What you do not mention is perfect.

    \b
    lab link client-a1/home-a --loss 30%
    lab link router-a/internet --rate 1mbit --delay 50ms
    lab link client-a1/home-a --restore
    """
    if sum((bool(loss or rate or delay or mtu), down, restore)) != 1:
        message = "how is it to be? --loss, --rate, --delay and --mtu, or --down, or --restore"
        raise click.UsageError(message, click.get_current_context())
    change = LinkChange(
        loss_percent=_number("--loss", loss, loss_percent),
        rate_kbit=_number("--rate", rate, rate_kbit),
        delay_ms=_number("--delay", delay, delay_ms),
        mtu_bytes=_number("--mtu", mtu, mtu_bytes),
        down=down,
    )
    with labs.attach(given) as lab:
        host, network = _attachment(place, lab.topology)
        if change.delay_ms is not None and (reason := lacks(lab, host, "delay")) is not None:
            raise LabError(reason)
        change_link(lab, host, network, change)
    click.echo(f"{host}/{network}: {change}")


def _number(option: str, text: str | None, parse: Callable[[str], _Number]) -> _Number | None:
    if text is None:
        return None
    try:
        return parse(text)
    except ValueError as error:
        raise UsageError(f"{option}: {error}") from None


def _attachment(place: str, topology: Topology) -> tuple[str, str]:
    """`client-a1/home-a`, or `client-a1` alone where that can only mean one link."""
    host, slash, network = place.partition("/")
    node = topology.node(host)
    if slash:
        return host, node.interface(network).network
    if len(node.interfaces) > 1:
        several = " or ".join(f"{host}/{interface.network}" for interface in node.interfaces)
        raise UsageError(f"which link of {host}? {several}")
    return host, node.interfaces[0].network


def _spawn_here(given: Given, host: str, argv: Sequence[str], file: Path | None = None) -> int:
    """Join this terminal to a program on a host, which is in that file; its exit status."""
    is_terminal = terminal.is_interactive()
    columns, rows = terminal.size()
    env = {**ENVIRONMENT, **({"TERM": os.environ["TERM"]} if is_terminal and "TERM" in os.environ else {})}
    with labs.attach(given) as lab:
        if file is not None and not file.is_relative_to(lab.workspace):
            said = f"the hosts of lab {lab.name!r} see {lab.workspace}, and not {file}"
            raise UsageError(f"{said}: lab down, then lab up from {file.parent.parent}")
        cwd = labs.folder_inside(lab)
        program = lab.spawn(host, argv, env=env, cwd=cwd, tty=is_terminal, columns=columns, rows=rows)
        return terminal.join(program, is_terminal=is_terminal)
