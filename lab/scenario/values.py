"""Single values of a scenario: what each may be, in the words of a message and as JSON schema."""

import re
import shlex
from pathlib import PurePosixPath
from typing import Annotated, Any, Literal, TypeVar

from pydantic import AfterValidator, BeforeValidator, PlainValidator, WithJsonSchema

from lab.document import brief
from lab.errors import did_you_mean
from lab.packets import Only
from lab.scenario import units
from lab.scenario.model import Exit, LineReady, PortReady, Ready
from lab.shape import Shaped

LONGEST_TIMEOUT_S = 600
MOST_REPETITIONS = 1000
LAST_PORT = 65535

WORD = "[a-z0-9]+(-[a-z0-9]+)*"

Protocol = Literal["udp", "tcp"]

T = TypeVar("T")


def _given(data: Any) -> Any:
    if data is None:
        raise ValueError("nothing stands here; give it a value or leave the key out")
    return data


def _text(data: Any) -> str:
    if not isinstance(data, str) or not data.strip():
        raise ValueError(f"expected text, found {brief(None if data == '' else data)}")
    return data


def _command(text: str) -> str:
    try:
        words = shlex.split(text)
    except ValueError as error:
        reason = {
            "No closing quotation": "a quote is not closed",
            "No escaped character": "nothing follows the last \\",
        }
        raise ValueError(f"{reason.get(str(error), error)} in {brief(text)}") from None
    if not words or not words[0]:
        raise ValueError("the command is empty")
    return _without_nul(text)


def _without_nul(text: str) -> str:
    if "\0" in text:
        raise ValueError("a NUL character cannot be given to a program")
    return text


def _host_path(text: str) -> str:
    path = PurePosixPath(text)
    if path.parent == path or path.parts[:2] != ("/", "tmp") or len(path.parts) < 3 or ".." in path.parts:
        raise ValueError(f"{brief(text)} is not a file under /tmp, the one folder where a host can write")
    return _without_nul(text)


def _seconds(data: Any) -> float:
    if isinstance(data, bool) or not isinstance(data, int | float) or not 0 < data <= LONGEST_TIMEOUT_S:
        raise ValueError(f"{brief(data)} is no timeout (allowed: seconds, above 0 to {LONGEST_TIMEOUT_S})")
    return data


def _repetitions(data: Any) -> int:
    if isinstance(data, bool) or not isinstance(data, int) or not 1 <= data <= MOST_REPETITIONS:
        raise ValueError(f"{brief(data)} is no number of repetitions (allowed: 1 to {MOST_REPETITIONS})")
    return data


def _exit(data: Any) -> Exit:
    if data in ("nonzero", "killed", "running") or (type(data) is int and 0 <= data <= 255):
        status: Exit = data
        return status
    near = did_you_mean(data, ["nonzero", "killed", "running"]) if isinstance(data, str) else ""
    raise ValueError(f"{brief(data)} is no exit status{near or ' (allowed: 0 to 255, nonzero, killed, running)'}")


def _exit_of_started(data: Any) -> Exit:
    if data == "running":
        raise ValueError("'running' is for a run; what is started keeps running anyway")
    return _exit(data)


def _ready(data: Any) -> Ready:
    if isinstance(data, dict) and list(data) == ["line"]:
        return LineReady(_text(data["line"]))
    found = _protocol_and_port(data)
    if not found:
        raise ValueError(
            f"{brief(data)} says nothing about being ready (allowed: udp/PORT, tcp/PORT, or line: TEXT below it)"
        )
    return PortReady(*found)


def _protocolled(data: Any) -> tuple[Protocol, int]:
    found = _protocol_and_port(data)
    if not found:
        raise ValueError(f"{brief(data)} is not of the form udp/PORT or tcp/PORT")
    return found


def _protocol_and_port(data: Any) -> tuple[Protocol, int] | None:
    match = re.fullmatch(r"(udp|tcp)/([0-9]+)", data) if isinstance(data, str) else None
    return ("udp" if match[1] == "udp" else "tcp", _port(match[2])) if match else None


def _port(digits: str) -> int:
    port = int(digits[:6])
    if not 1 <= port <= LAST_PORT:
        raise ValueError(f"{digits} is no port (allowed: 1 to {LAST_PORT})")
    return port


def _target(data: Any) -> tuple[str, int | None]:
    match = re.fullmatch(r"([^:]+)(?::([0-9]+))?", data) if isinstance(data, str) else None
    if not match:
        raise ValueError(f"{brief(data)} is not of the form HOST or HOST:PORT")
    return match[1], _port(match[2]) if match[2] else None


def _mtu(data: Any) -> int:
    return units.mtu_bytes(str(data) if type(data) is int else brief(data))


def _texts(data: Any) -> tuple[str, ...]:
    texts = data if isinstance(data, list) else [data]
    if not texts:
        raise ValueError("the list is empty")
    for text in texts:
        if isinstance(text, dict) and len(text) == 1 and list(text.values()) == [None]:
            meant = f"{{{next(iter(text))}}}"
            raise ValueError(f'`{meant}` unquoted means a mapping in YAML: write "{meant}"')
    return tuple(_text(text) for text in texts)


def _sort(text: str) -> str:
    try:
        Only([text])
    except ValueError as error:
        raise ValueError(str(error)) from None
    return text


def _loss(data: Any) -> float:
    return units.loss_percent(str(data))


def _rate(data: Any) -> int:
    return units.rate_kbit(str(data))


def _delay(data: Any) -> float:
    return units.delay_ms(str(data))


Given = Annotated[T | None, BeforeValidator(_given)]
Some = Annotated[str, AfterValidator(_text)]
Role = Annotated[str, Shaped(WORD, "a role: lower-case words joined by hyphens")]
Name = Annotated[str, Shaped(WORD, "a name: lower-case words joined by hyphens")]
Topic = Annotated[str, Shaped(WORD, "a topic: lower-case words joined by hyphens")]
Command = Annotated[str, AfterValidator(_command)]
Setting = Annotated[str, AfterValidator(_without_nul)]
HostPath = Annotated[str, AfterValidator(_host_path)]
Variable = Annotated[str, Shaped("[A-Za-z_][A-Za-z0-9_]*", "the name of an environment variable")]
Seconds = Annotated[
    float,
    PlainValidator(_seconds),
    WithJsonSchema({"type": "number", "exclusiveMinimum": 0, "maximum": LONGEST_TIMEOUT_S}),
]
Repetitions = Annotated[
    int,
    PlainValidator(_repetitions),
    WithJsonSchema({"type": "integer", "minimum": 1, "maximum": MOST_REPETITIONS}),
]
_STATUS = {"type": "integer", "minimum": 0, "maximum": 255}
ExitStatus = Annotated[
    Exit, PlainValidator(_exit), WithJsonSchema({"anyOf": [_STATUS, {"enum": ["nonzero", "killed", "running"]}]})
]
StartedExit = Annotated[
    Exit, PlainValidator(_exit_of_started), WithJsonSchema({"anyOf": [_STATUS, {"enum": ["nonzero", "killed"]}]})
]
_PORT_PATTERN = "^(udp|tcp)/[0-9]{1,5}$"
ReadySign = Annotated[
    Ready,
    PlainValidator(_ready),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "string", "pattern": _PORT_PATTERN},
                {
                    "type": "object",
                    "properties": {"line": {"type": "string"}},
                    "required": ["line"],
                    "additionalProperties": False,
                },
            ]
        }
    ),
]
Texts = Annotated[
    tuple[str, ...],
    PlainValidator(_texts),
    WithJsonSchema({"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}, "minItems": 1}]}),
]
Sort = Annotated[str, AfterValidator(_sort)]
Attachment = Annotated[str, Shaped("[^/]+/[^/]+", "of the form HOST/NETWORK")]
Protocolled = Annotated[
    tuple[Protocol, int],
    PlainValidator(_protocolled),
    WithJsonSchema({"type": "string", "pattern": _PORT_PATTERN}),
]
Target = Annotated[
    tuple[str, int | None],
    PlainValidator(_target),
    WithJsonSchema({"type": "string", "pattern": "^[^:]+(:[0-9]{1,5})?$"}),
]
Mtu = Annotated[
    int,
    PlainValidator(_mtu),
    WithJsonSchema({"type": "integer", "minimum": units.LEAST_MTU, "maximum": units.LARGEST_MTU}),
]
Loss = Annotated[float, PlainValidator(_loss), WithJsonSchema({"type": "string", "pattern": f"^{units.LOSS}$"})]
Rate = Annotated[int, PlainValidator(_rate), WithJsonSchema({"type": "string", "pattern": f"^{units.RATE}$"})]
Delay = Annotated[float, PlainValidator(_delay), WithJsonSchema({"type": "string", "pattern": f"^{units.DELAY}$"})]
