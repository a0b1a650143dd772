"""What an operator may choose about the doing of jobs. Values only."""

from typing import Annotated

from msgspec import Meta, Struct

from storage.records import Queue

Slots = Annotated[int, Meta(ge=0, le=64)]
Seconds = Annotated[float, Meta(gt=0, le=86_400)]


class WorkSettings(Struct, frozen=True, forbid_unknown_fields=True):
    embedded: bool = True  # `captionflow serve` does jobs too
    small: Slots = 1  # jobs at once for models up to small; 0: none here
    medium: Slots = 1  # for medium ones
    large: Slots = 1  # for large ones
    look: Seconds = 5.0  # seconds after which a queue is looked at although nothing was heard of it
    heartbeat: Seconds = 5.0  # seconds between two times that we say which jobs are still ours
    lost: Seconds = 30.0  # seconds of silence after which a worker's jobs are another's
    patience: Seconds = 300.0  # seconds that database and store may be away in the middle of a job
    answer: Seconds = 600.0  # seconds the model is waited for: live sessions go first
    unload: Seconds = 300.0  # seconds that a model of another name stays after its last job

    def __post_init__(self) -> None:
        if self.lost < 2 * self.heartbeat:
            raise ValueError("lost is less than two times heartbeat")

    @property
    def slots(self) -> dict[Queue, int]:
        return {"small": self.small, "medium": self.medium, "large": self.large}
