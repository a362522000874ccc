"""What every view has, and how a refused request is answered."""

from pydantic import BaseModel, ConfigDict


class View(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Problem(View):
    """RFC 9457: why a request was refused, and in `detail` what to do."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str
