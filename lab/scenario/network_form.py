"""The steps that change the network, as a person writes them."""

from pydantic import Field, StrictBool, model_validator

from lab.scenario.values import Attachment, Delay, Given, Loss, Mtu, Protocolled, Rate, Some, Target
from lab.shape import Form

NOWHERE = "none"


class LinkForm(Form):
    """Change the link of a host to a network, in both directions."""

    link: Attachment = Field(description="HOST/NETWORK")
    loss: Given[Loss] = Field(None, description="So many of a hundred packets are lost: 30%")
    rate: Given[Rate] = Field(None, description="No more than this passes: 1mbit")
    delay: Given[Delay] = Field(None, description="Every packet waits so long: 50ms")
    mtu: Given[Mtu] = Field(None, description="The largest packet, in bytes, at the host's own end: 68 to 1500")
    down: StrictBool = Field(False, description="Cut it.")
    restore: StrictBool = Field(False, description="As it was at the beginning.")

    @model_validator(mode="after")
    def _one_thing_at_a_time(self) -> "LinkForm":
        shaped = [name for name in ("loss", "rate", "delay", "mtu") if getattr(self, name) is not None]
        asked = [*(["down"] if self.down else []), *(["restore"] if self.restore else []), *shaped[:1]]
        if not asked:
            raise ValueError(
                "changes nothing (allowed: loss, rate, delay and mtu together, or down: true, or restore: true)"
            )
        if len(asked) > 1:
            raise ValueError(f"{asked[0]} goes with nothing else, found {asked[1]} too")
        return self


class GatewayForm(Form):
    """Change where a host sends what is not for its own networks: its default route."""

    gateway: Some = Field(description="The host whose default route it is.")
    to: Given[Some] = Field(None, description="A neighbour's name or address; none: there is no default route.")
    restore: StrictBool = Field(False, description="As it was at the beginning.")

    @model_validator(mode="after")
    def _one_thing(self) -> "GatewayForm":
        if self.restore == (self.to is not None):
            both = "found both" if self.restore else "changes nothing"
            raise ValueError(f"{both} (allowed: to: HOST, ADDRESS or none, or restore: true)")
        return self


class ForwardForm(Form):
    """Let a home router forward one of its public ports to a host inside, until the scenario is over."""

    forward: Some = Field(description="The home router.")
    port: Protocolled = Field(description="Its public port: udp/PORT or tcp/PORT")
    to: Target = Field(description="HOST inside, or HOST:PORT when the port there is another one.")


class NetworkForm(Form):
    """Make a network a hub, which shows every frame to every host on it, or the switch that it was."""

    network: Some = Field(description="As docker-compose.yml calls it.")
    hub: StrictBool = Field(description="true: a hub. false: a switch.")


NetworkStepForm = LinkForm | GatewayForm | ForwardForm | NetworkForm
