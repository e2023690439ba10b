"""What the window is given: the stores, the settings, the workers, and the notices."""

from __future__ import annotations

from dataclasses import dataclass

from phi3desk.chat.examples import ExampleStore
from phi3desk.chat.history import ConversationStore
from phi3desk.comparison.store import ComparisonStore
from phi3desk.model.adapters.store import AdapterStore
from phi3desk.model.store import ModelStore
from phi3desk.profiles.store import ProfileStore
from phi3desk.settings import Settings
from phi3desk.sweep.store import SweepStore
from phi3desk.ui.clients.downloads_client import DownloadsClient
from phi3desk.ui.clients.library_client import LibraryClient
from phi3desk.ui.clients.model_client import ModelClient
from phi3desk.ui.notices import Notices


@dataclass(frozen=True)
class Services:
    """All that the window shows and works with; made by app.py."""

    settings: Settings
    conversations: ConversationStore
    examples: ExampleStore
    profiles: ProfileStore
    comparisons: ComparisonStore
    sweeps: SweepStore
    models: ModelStore
    adapters: AdapterStore
    library: LibraryClient
    model: ModelClient
    downloads: DownloadsClient
    notices: Notices
