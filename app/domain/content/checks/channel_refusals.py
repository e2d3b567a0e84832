"""Check: nothing stands in the text that this channel's carriers refuse from everybody."""

from collections.abc import Iterable

from app.domain.content.check import Check, Finding, Seen, Severity
from app.domain.content.checks.unknown_link import host_of, links_in

SOURCE = "SPEC CT-6; CTIA messaging principles; Alibaba and Tencent take approved templates alone"


def find(seen: Seen) -> Iterable[Finding]:
    """A public link shortener is filtered even where the brand has named it."""
    copy = seen.copy
    if copy.templates_only:
        yield Finding("needs_template", Severity.BLOCK)
    refused = copy.style.refused_hosts
    for link in links_in(seen.folded) if refused else ():
        host = host_of(link)
        if any(host == one or host.endswith(f".{one}") for one in refused):
            yield Finding("refused_link", seen.at_most(Severity.BLOCK), host)


CHECK = Check(
    name="channel_refusals",
    says="No link that the channel's carriers filter, and no free text where they take templates alone.",
    source=SOURCE,
    reasons={
        "needs_template": "The channel takes approved templates alone, no free text.",
        "refused_link": "The channel's carriers filter links of this host, whoever sends them.",
    },
    find=find,
)
