"""Reports for people with a browser: one page that needs nothing else, on a screen of any size and on paper.

Whatever programs print is text here and nothing but text: the templates escape it, `printable` takes away what escaping
leaves, and the page forbids the browser all but its own style and its own few lines of script.
"""

from __future__ import annotations

import base64
import hashlib
from collections import Counter
from importlib.resources import files
from typing import TYPE_CHECKING

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from lab.report.guide import SECTIONS
from lab.report.html.chapter import Chapter
from lab.report.html.pictures import Pictures
from lab.report.printable import printable, shortened
from lab.report.session import count
from lab.report.style import CSS
from lab.report.terminal import VERDICTS
from lab.verdict import Verdict

if TYPE_CHECKING:
    from lab.report.session import Session
    from lab.verdict import Result


def page(session: Session) -> str:
    """The whole page."""
    pictures = Pictures(session.topology)
    topics = _chapters(session, pictures)
    styles, script = CSS + pictures.styles + _source("page.css"), _source("page.js")
    return (
        _environment()
        .get_template("page.html")
        .render(
            session=session,
            topics=topics,
            chapters=[chapter for chapters in topics.values() for chapter in chapters],
            counts=count(session.results),
            count=count,
            styles=Markup(styles),  # noqa: S704  ours, as is the script
            script=Markup(script),  # noqa: S704
            policy=f"default-src 'none'; style-src {_hash(styles)}; script-src {_hash(script)}; base-uri 'none'",
        )
    )


def _chapters(session: Session, pictures: Pictures) -> dict[str, list[Chapter]]:
    """By topic, in the order of the course. Two scenarios of one name are told apart by a number."""
    by_topic = session.by_topic()
    names: Counter[str] = Counter()

    def chapter(result: Result) -> Chapter:
        name = result.scenario.name
        names[name] += 1
        key = name if names[name] == 1 else f"{name}.{names[name]}"
        where, ladder = pictures.where(result), pictures.ladder(result)
        return Chapter(key=key, result=result, topology=session.topology, where=where, ladder=ladder)

    topics = sorted(by_topic, key=lambda topic: [*SECTIONS, topic].index(topic))
    return {topic: [chapter(result) for result in by_topic[topic]] for topic in topics}


def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader(__name__),
        autoescape=True,
        keep_trailing_newline=True,
        finalize=_shown,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals |= {
        "Verdict": Verdict,
        "sections": SECTIONS,
        "signs": {verdict: sign for verdict, (sign, _) in VERDICTS.items()},
    }
    environment.filters |= {"seconds": _seconds, "end": lambda end: f"{end[0]}:{end[1]}"}
    return environment


def _shown(value: object) -> object:
    """Everything that a template puts into the page passes here."""
    return printable(shortened(value)) if isinstance(value, str) and not isinstance(value, Markup) else value


def _seconds(time_s: float, digits: int = 1) -> str:
    return f"{time_s:.{digits}f}\N{NO-BREAK SPACE}s"


def _source(name: str) -> str:
    return files(__name__).joinpath("templates", name).read_text(encoding="utf-8")


def _hash(source: str) -> str:
    """As a content security policy names an inline style or script (W3C CSP level 3, section 2.3.1)."""
    digest = hashlib.sha256(source.encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"
