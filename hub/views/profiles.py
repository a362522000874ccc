"""Rule profiles as people see them: built in, or made here."""

from datetime import datetime

from pydantic import Field

from contract.profiles import ProfileName, Rules
from hub.views.base import View


class Profile(View):
    name: str
    version: int = Field(description="violations name the version they were judged by")
    built_in: bool = Field(description="cannot be changed, only copied")
    based_on: ProfileName = Field(description="the built-in profile it came from; of a built-in one itself")
    description: str
    rules: Rules
    exams: int = Field(description="that use it and are not archived")
    booths: int = Field(description="that follow it outside of exams")
    created_at: datetime | None = Field(description="null for a built-in one")
    archived_at: datetime | None


class ProfileList(View):
    """The built-in ones first, then by name."""

    items: tuple[Profile, ...]


class ProfileVersion(View):
    version: int
    rules: Rules
    note: str = Field(description="why it was changed")
    created_at: datetime | None = Field(description="null for a built-in one")
    display_name: str = Field(description="who made it; empty for a built-in one")


class ProfileVersionList(View):
    """Newest first."""

    items: tuple[ProfileVersion, ...]
