"""A scenario as a person writes it. The JSON schema that editors use is made of these forms."""

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, ConfigDict, Discriminator, Field, StrictBool, Tag, model_validator
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

from lab.document import Loc
from lab.errors import did_you_mean
from lab.scenario.model import CheckKind
from lab.scenario.network_form import ForwardForm, GatewayForm, LinkForm, NetworkForm, NetworkStepForm
from lab.scenario.values import (
    Attachment,
    Command,
    ExitStatus,
    Given,
    HostPath,
    Name,
    ReadySign,
    Repetitions,
    Role,
    Seconds,
    Setting,
    Some,
    Sort,
    StartedExit,
    Texts,
    Topic,
    Variable,
)
from lab.shape import Form

SIGNALS = Literal["TERM", "INT", "KILL", "HUP", "QUIT", "USR1", "USR2", "STOP", "CONT"]
NEEDS = Literal["delay", "hub"]


class ProgramForm(Form):
    """A program on a host."""

    host: str = Field(description="The host or router it runs on, as docker-compose.yml calls it.")
    command: Command = Field(
        description="Split as a shell would split it, but no shell runs it. {variables} are filled in. "
        "The current directory is the folder of docker-compose.yml."
    )
    transcript: Given[str] = Field(
        None,
        description="What its terminal should show, from the first line to the last, as a block after `|`: "
        "{name} and {name:kind} are holes, {_} is anything, <<text>> is typed, ... stands for any lines.",
    )
    files: dict[HostPath, str] = Field({}, description="Files to put on the host first: path under /tmp, and text.")
    env: dict[Variable, Setting] = Field({}, description="Environment variables.")
    tty: StrictBool = Field(True, description="On a terminal (true), or on pipes.")
    timeout: Seconds = Field(10, description="Seconds until it must be ready or over.")


class StartForm(ProgramForm):
    """Start a program and go on when it is ready; it is ended with the scenario, or by a stop."""

    start: Role = Field(description="The role of this program in the story; --program ROLE=CMD puts another in it.")
    ready: Given[ReadySign] = Field(
        None, description="When it is up: udp/PORT or tcp/PORT is bound, or a line of its output holds this text."
    )
    exit: Given[StartedExit] = Field(None, description="Its exit status, when that matters.")


class RunForm(ProgramForm):
    """Run a program and wait until it is over."""

    run: Role = Field(description="The role of this program in the story; --program ROLE=CMD puts another in it.")
    exit: ExitStatus = Field(
        0, description="Its exit status; nonzero, killed, or running: still running when the timeout is over."
    )
    repeat: Given[Repetitions] = Field(
        None, description="Run it so many times; variables first bound here become lists."
    )


class TogetherForm(Form):
    """Run several programs at the same time."""

    together: Annotated[list[RunForm], Field(min_length=1)] = Field(description="Runs that begin at the same time.")


class StopForm(Form):
    """End a started program."""

    stop: Role = Field(description="The role of a program that an earlier step started.")
    signal: SIGNALS = Field("TERM", description="With which signal.")


class CheckForm(Form):
    """One thing that must be true in the end, of one text or several, with {variables}; a list stands for its items."""

    model_config = ConfigDict(json_schema_extra={"minProperties": 1, "maxProperties": 1})

    equal: Given[Texts] = Field(None, description="All are the same.")
    distinct: Given[Texts] = Field(None, description="No two are the same.")
    differs: Given[Texts] = Field(None, description="Not all are the same.")
    ascending: Given[Texts] = Field(None, description="Each number is larger than the one before.")
    private: Given[Texts] = Field(None, description="Private addresses (RFC 1918).")
    public: Given[Texts] = Field(None, description="Addresses that all the Internet can reach.")
    ephemeral: Given[Texts] = Field(None, description="Ports of the kernel's own choosing.")

    @model_validator(mode="after")
    def _one_kind(self) -> "CheckForm":
        if len(self.asked) != 1:
            raise ValueError(f"expected one check, found {len(self.asked)} (allowed: {', '.join(self.keys())})")
        return self

    @property
    def asked(self) -> list[tuple[CheckKind, tuple[str, ...]]]:
        """What is checked, of which texts."""
        kinds: tuple[CheckKind, ...] = (
            "equal", "distinct", "differs", "ascending", "private", "public", "ephemeral"
        )  # fmt: skip
        return [(kind, texts) for kind in kinds if (texts := getattr(self, kind)) is not None]


class PacketsForm(Form):
    """What passes at an interface, from before the first step until the lab ends what is still running."""

    at: Attachment = Field(description="HOST/NETWORK")
    only: Given[Annotated[list[Sort], Field(min_length=1)]] = Field(
        None, description="arp, icmp, udp, tcp, udp/PORT, tcp/PORT; all but arp when left out."
    )
    show: list[Literal["mac", "ttl", "id"]] = Field([], description="What else to tell of each packet.")
    transcript: str = Field(
        description="One line a packet, as a block after `|`: SOURCE > TARGET UDP 5 'sally'. Holes as in programs."
    )


class NatForm(Form):
    """What a router has translated, after the last step: its table, one line a flow."""

    at: str = Field(description="The router, as docker-compose.yml calls it.")
    transcript: str = Field(
        description="One line a flow, as a block after `|`: udp SOURCE > TARGET as OUTSIDE. Holes as in programs."
    )


AnyStepForm = StartForm | RunForm | TogetherForm | StopForm | NetworkStepForm

STEPS: dict[str, type[Form]] = {
    "start": StartForm,
    "run": RunForm,
    "together": TogetherForm,
    "stop": StopForm,
    "link": LinkForm,
    "gateway": GatewayForm,
    "forward": ForwardForm,
    "network": NetworkForm,
}


def _tag(data: Any) -> str:
    return next((f"<{kind}>" for kind in STEPS if kind in data), "") if isinstance(data, dict) else ""


def _a_step(data: Any) -> Any:
    kinds = [key for key in STEPS if isinstance(data, dict) and key in data]
    if len(kinds) == 1:
        return data
    if kinds:
        raise ValueError(f"one step cannot be both {' and '.join(kinds)}")
    first = next(iter(data), "") if isinstance(data, dict) else ""
    raise ValueError(f"a step says what to do first{f', found {first!r}' if first else ''}{did_you_mean(first, STEPS)}")


StepForm = Annotated[
    Annotated[StartForm, Tag("<start>")]
    | Annotated[RunForm, Tag("<run>")]
    | Annotated[TogetherForm, Tag("<together>")]
    | Annotated[StopForm, Tag("<stop>")]
    | Annotated[LinkForm, Tag("<link>")]
    | Annotated[GatewayForm, Tag("<gateway>")]
    | Annotated[ForwardForm, Tag("<forward>")]
    | Annotated[NetworkForm, Tag("<network>")],
    Discriminator(_tag),
    BeforeValidator(_a_step),
]


class ScenarioForm(Form):
    """A lesson: programs on the hosts of a lab, and all that should be seen of them."""

    name: Name = Field(description="The same as the file's name, without .yaml.")
    title: Some = Field(description="One line that says what one will see.")
    topics: Annotated[list[Topic], Field(min_length=1)] = Field(description="For lab list --topic: udp, tcp, nat, …")
    story: Some = Field(description="A few plain sentences that teach it.")
    steps: Annotated[list[StepForm], Field(min_length=1)] = Field(description="What is done, in this order.")
    packets: list[PacketsForm] = Field([], description="What should be seen on the wire.")
    nat: list[NatForm] = Field([], description="What should stand in a router's translation table in the end.")
    checks: list[CheckForm] = Field([], description="What must be true in the end.")
    needs: list[NEEDS] = Field([], description="Without these it is skipped. A step that needs one says so itself.")


REASONS = {
    "ready": "a run is awaited until it is over; only what is started must be ready",
    "repeat": "only a run is repeated",
    "shell": "no shell runs a command; write sh -c '…'",
}


def keys_at(loc: Loc) -> list[str]:
    """The keys that may stand there."""
    match loc:
        case ("steps", _, "<together>", "together", _):
            return RunForm.keys()
        case ("steps", _, str(tag)):
            return STEPS[tag.strip("<>")].keys()
        case ("packets", _):
            return PacketsForm.keys()
        case ("nat", _):
            return NatForm.keys()
        case ("checks", _):
            return CheckForm.keys()
        case _:
            return ScenarioForm.keys()


class _AsWritten(GenerateJsonSchema):
    """A key that is left out is not a null that is written."""

    def nullable_schema(self, schema: core_schema.NullableSchema) -> JsonSchemaValue:
        return self.generate_inner(schema["schema"])

    def field_title_should_be_set(self, schema: Any) -> bool:  # noqa: ARG002
        return False

    def default_schema(self, schema: core_schema.WithDefaultSchema) -> JsonSchemaValue:
        written = super().default_schema(schema)
        return {key: value for key, value in written.items() if key != "default" or value is not None}


def schema() -> dict[str, Any]:
    """The JSON schema of a scenario file, for editors."""
    written = ScenarioForm.model_json_schema(schema_generator=_AsWritten)
    return {"$schema": _AsWritten.schema_dialect, "title": "Socket Lab scenario", **written}
