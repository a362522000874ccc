"""The hub itself."""

from datetime import datetime
from typing import Literal

from pydantic import Field

from hub.views.base import View


class System(View):
    version: str
    instance: str = Field(description="new at every start")
    started_at: datetime
    broker: Literal["connected", "disconnected"]
    rejected_messages: int = Field(description="messages kept aside because they can never be stored")
    events_committed: int
    chain_gaps: int = Field(description="ranges of event numbers that were passed over and have not come yet")
    database_bytes: int
    disk_free_bytes: int
