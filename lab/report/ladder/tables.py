"""What stands in the routers' tables about the packets of a ladder."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lab.journeys import flow_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from lab.journeys import Journey
    from lab.translation import Translation


def used(
    journeys: Iterable[Journey], translations: Mapping[str, Sequence[Translation]]
) -> dict[str, tuple[Translation, ...]]:
    """Router → its entries by which these packets were translated; routers without any are left out."""
    flows = {(hop.target, flow_of(hop.packet)) for journey in journeys for hop in journey.hops}
    seen = {(router, flow.protocol, flow.source, flow.target) for router, flow in flows if router and flow}
    found = {
        router: tuple(one for one in table if (router, one.protocol, one.source, one.target) in seen)
        for router, table in translations.items()
    }
    return {router: entries for router, entries in found.items() if entries}
