"""How the lab's command line and the processes inside a lab talk: JSON messages, with file descriptors beside them.

Over SOCK_SEQPACKET sockets (unix(7)), so one send is one message. Standard library only.
"""

from __future__ import annotations

import json
import socket
from typing import Any

MAX_MESSAGE_BYTES = 160 * 1024  # below the kernel's default limit for one message (net.core.wmem_default)
_MAX_DESCRIPTORS = 4


class MessageTooLarge(Exception):
    """A command with its arguments and environment is too long to be handed over."""


def send(connection: socket.socket, message: dict[str, Any], descriptors: tuple[int, ...] = ()) -> None:
    """Send one message; raises OSError when the other end is gone and MessageTooLarge."""
    data = json.dumps(message).encode()
    if len(data) > MAX_MESSAGE_BYTES:
        raise MessageTooLarge(f"{len(data)} bytes, allowed are {MAX_MESSAGE_BYTES}")
    socket.send_fds(connection, [data], descriptors)


def receive(connection: socket.socket) -> tuple[dict[str, Any], list[int]] | None:
    """The next message and its descriptors; None when the other end has closed. Raises OSError, also on time-out."""
    data, descriptors, _, _ = socket.recv_fds(connection, MAX_MESSAGE_BYTES, _MAX_DESCRIPTORS)
    if not data:
        return None
    message = json.loads(data)
    if not isinstance(message, dict):
        raise TypeError("not a message")
    return message, descriptors
