"""What use cases work with, handed in by wiring: the store, the rule data, the flows, the connections."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from app.domain.practice import Scenario
from app.domain.wording import Wording
from app.nlu import Nlu
from app.notifiers import Notifier
from app.rules import Rules
from app.store.engine import Store
from app.usecases.catalogue import FlowCatalogue
from app.usecases.directory import ChannelView, DirectoryCache
from app.usecases.wake import Wake


@dataclass(frozen=True, slots=True)
class Parts:
    """One set a process. `connect` gives the connection that a channel's provider sends through."""

    store: Store
    directory: DirectoryCache
    rules: Rules
    wording: Wording
    flows: FlowCatalogue
    nlu: Nlu
    connect: Callable[[ChannelView], Any]
    wake: Wake
    now: Callable[[], datetime]
    public_url: str
    uploads: Path
    """Where lists lie that staff have uploaded, from their arrival to the end of their import."""
    practice: Mapping[str, Scenario] = field(default_factory=dict)
    """The made-up customers that staff practise on, by name."""
    notifiers: Mapping[str, Notifier] = field(default_factory=dict)
    """The ways to tell staff outside of the console, by channel: those that the settings name."""
