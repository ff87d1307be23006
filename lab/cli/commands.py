"""`lab` itself: which commands there are, and where each is found once it is called."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

import click

from lab.cli.given import lab_options
from lab.errors import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Mapping

SECTIONS: Mapping[str, Mapping[str, tuple[str, str]]] = {
    "Scenarios": {
        "list": ("lab.cli.reading", "Which scenarios there are, by topic."),
        "show": ("lab.cli.reading", "Tell a scenario without running it."),
        "run": ("lab.cli.running", "Run scenarios and say what happened."),
        "grade": ("lab.cli.grading", "Run everybody's programs and say who passes what."),
        "record": ("lab.cli.recording", "Run a scenario's steps and write its transcripts."),
        "check": ("lab.cli.reading", "Are these scenarios and compose files right?"),
    },
    "The lab": {
        "up": ("lab.cli.lifecycle", "Bring the lab up."),
        "down": ("lab.cli.lifecycle", "Take the lab down, with everything that runs in it."),
        "status": ("lab.cli.lifecycle", "Which of your labs are up, and on which engine."),
    },
    "Hosts": {
        "hosts": ("lab.cli.reading", "Who is where, and with which addresses."),
        "graph": ("lab.cli.drawing", "What is connected to what, as a picture."),
        "exec": ("lab.cli.hosts", "Run a command on a host."),
        "shell": ("lab.cli.hosts", "A shell on a host."),
        "assist": ("lab.cli.hosts", "Be the other end of a program, by hand."),
        "link": ("lab.cli.hosts", "Make a link slow, lossy or dead, or mend it."),
    },
    "The wire": {
        "capture": ("lab.cli.capturing", "What passes at interfaces, one line a packet, or for Wireshark."),
        "ladder": ("lab.cli.laddering", "Run a scenario and draw how its packets went."),
        "nat": ("lab.cli.tables", "What a home router translates."),
    },
    "This machine": {
        "doctor": ("lab.cli.machine", "What works on this machine, and what mends the rest."),
    },
}
"""Section → command → (module, one line). The module has the command as `<name>_command`."""

_PLACES = {name: place for section in SECTIONS.values() for name, place in section.items()}


class _Lab(click.Group):
    """Imports a command's module when that command is called, so that `lab --help` imports none."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        return list(_PLACES)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in _PLACES:
            return None
        command: click.Command = getattr(import_module(_PLACES[cmd_name][0]), f"{cmd_name}_command")
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args[0] not in _PLACES and not args[0].startswith("-"):
            raise click.UsageError(f"no command {args[0]!r}{did_you_mean(args[0], _PLACES)}", ctx)
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        for title, commands in SECTIONS.items():
            with formatter.section(title):
                formatter.write_dl([(name, line) for name, (_, line) in commands.items()], col_max=10)


@click.group(
    cls=_Lab,
    name="lab",
    subcommand_metavar="COMMAND …",
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="`lab COMMAND --help` tells more, with an example. Environment: LAB_FILE, LAB_ENGINE, LAB_NAME.",
)
@click.version_option(package_name="socket-lab", message="%(version)s")
@lab_options(with_environment=True)
def lab() -> None:
    """Socket Lab: a small internet on one machine, and programs that talk across it.

    \b
    lab list                          which lessons there are
    lab run udp-echo                  run one and see what happens
    lab up; lab shell client-a1       or look around yourself
    """
