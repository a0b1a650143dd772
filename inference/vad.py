"""Silero's voice activity model: frames of many sessions in, how likely speech is out.

The only module that knows onnxruntime; it decides nothing about where speech starts or stops.

Silero's package has the same network twice. One graph takes a frame of each of many sessions,
the other a run of frames of one session; given the same frames they give the same answers and
the same state. So single frames go together in one call, and longer runs one by one: each
way is the cheapest for its kind, and a session may change between them at any frame.

A session with a gate asks the model only about frames that may be speech. Those before them that
it was not asked about, it hears then, the last of them at least: its memory is of the room again.
"""

import asyncio
from collections import deque
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from importlib.util import find_spec
from pathlib import Path
from types import TracebackType
from typing import Any, Protocol, TypeAlias

import numpy as np
import onnxruntime
from msgspec import Struct
from numpy.typing import NDArray

from inference.gate import Gate, levels
from inference.types import FRAME, SAMPLE_RATE

Floats: TypeAlias = NDArray[np.float32]

CONTEXT = 64  # samples of the frame before, which the model hears again
RUN = 32  # frames of one session in a pass: about 1 ms, so no upload holds up a live session
PASS = 512  # frames of all sessions in a pass: about 16 ms, the longest that a new one waits
ROWS = 256  # sessions in a pass
BACK = (
    10  # frames that the model was not asked about and hears before the next: a third of a second
)


class VadClosed(RuntimeError):
    """The model was stopped before it answered."""


class Listener:
    """What the model remembers of one session; changed only by the model's owner."""

    def __init__(self, gate: Gate | None = None) -> None:
        self.state: Floats = np.zeros((2, 1, 128), np.float32)
        self.context: Floats = np.zeros((1, CONTEXT), np.float32)
        self.left_out: deque[Floats] = deque(maxlen=BACK + 1)  # frames after `state`
        self.gate = gate
        self.busy = False

    def unheard(self) -> Floats:
        """What the model hears before the next frame; of what lies before it, only the end."""
        frames = list(self.left_out)
        if len(frames) > BACK:
            self.context = frames.pop(0)[None, -CONTEXT:].copy()
        return np.array(frames, np.float32).reshape(-1, FRAME)


class Run(Struct, frozen=True):
    """Frames of one session that follow each other. frames: (n, FRAME + CONTEXT)."""

    frames: Floats
    state: Floats


class Heard(Struct, frozen=True):
    """The answer to a run: n likelihoods, and the state after the last frame."""

    likelihoods: Floats
    state: Floats


class Model(Protocol):
    """What the owner needs of a model; it is called from one thread."""

    def hear(self, runs: Sequence[Run]) -> list[Heard]: ...


def shares(waiting: Iterable[int]) -> list[int]:
    """How many frames each of the first who wait may send in the next pass.

    waiting: frames left of each, who waited longest first; pure. The sum is at most PASS,
    each share at most RUN and at least 1, and there are at most ROWS of them.
    """
    given: list[int] = []
    free = PASS
    for left in waiting:
        if not free or len(given) == ROWS:
            break
        given.append(min(left, RUN, free))
        free -= given[-1]
    return given


class Silero:
    """The two graphs; they let go of the interpreter lock while they work."""

    def __init__(self) -> None:
        self.many = _open("silero_vad.onnx")
        self.long = _open("silero_vad_16k_sequence.onnx")
        self.rate = np.array(SAMPLE_RATE, np.int64)

    def hear(self, runs: Sequence[Run]) -> list[Heard]:
        singles = [run for run in runs if len(run.frames) == 1]
        if len(singles) < 2:
            return [self._run(run) for run in runs]
        together = iter(self._singles(singles))
        return [next(together) if len(run.frames) == 1 else self._run(run) for run in runs]

    def _singles(self, runs: list[Run]) -> list[Heard]:
        frames = np.concatenate([run.frames for run in runs])
        state = np.concatenate([run.state for run in runs], axis=1)
        likelihoods, after = self.many.run(
            ["output", "stateN"], {"input": frames, "state": state, "sr": self.rate}
        )
        return [Heard(likelihoods[i], after[:, i : i + 1].copy()) for i in range(len(runs))]

    def _run(self, run: Run) -> Heard:
        likelihoods, hidden, cell = self.long.run(
            ["speech_probs", "hn", "cn"],
            {"input": run.frames, "h": run.state[:1], "c": run.state[1:]},
        )
        return Heard(likelihoods, np.concatenate([hidden, cell]))


class _Row:
    """One call of `speech`: what is left of it, what came back, and who waits."""

    def __init__(self, listener: Listener, frames: Floats, answer: asyncio.Future[Floats]) -> None:
        self.listener = listener
        before = np.concatenate([listener.context, frames[:-1, -CONTEXT:]], dtype=np.float32)
        self.frames: Floats = np.concatenate([before, frames], axis=1, dtype=np.float32)
        self.answer = answer
        self.heard: list[Floats] = []

    def take(self, share: int) -> Run:
        return Run(self.frames[:share], self.listener.state)

    def keep(self, heard: Heard) -> None:
        share = len(heard.likelihoods)
        self.listener.state = heard.state
        self.listener.context = self.frames[share - 1 : share, -CONTEXT:].copy()
        self.frames = self.frames[share:]
        self.heard.append(heard.likelihoods)
        if not len(self.frames):
            self.answer.set_result(np.concatenate(self.heard))


class Vad:
    """The one owner of the model: what piled up during a pass goes into the next.

    Use as `async with Vad(Silero()) as vad`. At most one call of each listener waits.
    """

    def __init__(self, model: Model, patience: float | None = None) -> None:
        """patience: seconds that an answer is waited for; None: as long as it takes."""
        self.model = model
        self.patience = patience
        self.waiting: deque[_Row] = deque()
        self.passing: list[_Row] = []
        self.arrival = asyncio.Event()
        self.owner: asyncio.Task[None] | None = None

    async def __aenter__(self) -> "Vad":
        self.thread = ThreadPoolExecutor(1, thread_name_prefix="vad")
        self.owner = asyncio.create_task(self._own(), name="vad")
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if owner := self.owner:
            self.owner = None
            owner.cancel()
            await asyncio.wait([owner])
        self._fail([*self.passing, *self.waiting], VadClosed("the voice activity model stopped"))
        self.waiting.clear()
        await asyncio.to_thread(self.thread.shutdown)

    def listener(self, gated: bool = False) -> Listener:
        """A fresh memory, for one session. gated: stillness costs no model, and is likelihood 0."""
        return Listener(Gate() if gated else None)

    async def speech(self, listener: Listener, frames: Floats) -> Floats:
        """How likely each frame is speech, 0..1; frames (n, FRAME) follow the listener's last.

        Raises ValueError for another shape, RuntimeError if the listener's last call has not
        returned, VadClosed once stopped, TimeoutError, and whatever the model raised in this
        call's pass.
        """
        if frames.ndim != 2 or frames.shape[1] != FRAME:
            raise ValueError(f"frames have the shape {frames.shape}, not (n, {FRAME})")
        if self.owner is None:
            raise VadClosed("the voice activity model is not running")
        if listener.busy:
            raise RuntimeError("one call of a listener at a time")
        if not len(frames):
            return np.zeros(0, np.float32)
        if listener.gate is None:
            return await self._heard(listener, frames)
        loud = levels(frames)
        if listener.gate.passes(loud):
            listener.left_out.extend(frames)
            return np.zeros(len(frames), np.float32)
        before = listener.unheard()
        heard = await self._heard(listener, np.concatenate([before, frames]))
        listener.left_out.clear()
        listener.gate.heard(loud, heard[len(before) :])
        return heard[len(before) :]

    async def _heard(self, listener: Listener, frames: Floats) -> Floats:
        row = _Row(listener, frames, asyncio.get_running_loop().create_future())
        self.waiting.append(row)
        self.arrival.set()
        listener.busy = True
        try:
            async with asyncio.timeout(self.patience):
                return await row.answer
        finally:
            listener.busy = False

    async def _own(self) -> None:
        while True:
            await self.arrival.wait()
            self.arrival.clear()
            while rows := self._next():
                await self._step(rows)

    def _next(self) -> list[tuple[_Row, int]]:
        self.waiting = deque(row for row in self.waiting if not row.answer.done())
        given = shares(len(row.frames) for row in self.waiting)
        return [(self.waiting.popleft(), share) for share in given]

    async def _step(self, rows: list[tuple[_Row, int]]) -> None:
        self.passing = [row for row, _ in rows]
        runs = [row.take(share) for row, share in rows]
        loop = asyncio.get_running_loop()
        try:
            heard = await loop.run_in_executor(self.thread, self.model.hear, runs)
            for row, answer in zip(self.passing, heard, strict=True):
                if not row.answer.done():
                    row.keep(answer)
        except Exception as error:  # theirs to handle: the next pass has other rows
            self._fail(self.passing, error)
        self.waiting.extend(row for row in self.passing if not row.answer.done())

    @staticmethod
    def _fail(rows: Iterable[_Row], error: Exception) -> None:
        for row in rows:
            if not row.answer.done():
                row.answer.set_exception(error)


def _open(file: str) -> Any:
    """One of the package's graphs on one thread, which sleeps when it has nothing to do."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.log_severity_level = 3  # the graphs carry unused weights, each of which is a warning
    return onnxruntime.InferenceSession(
        str(_found(file)), options, providers=["CPUExecutionProvider"]
    )


def _found(file: str) -> Path:
    """A file of the silero_vad package, which itself is never imported: it would load torch."""
    spec = find_spec("silero_vad")
    if spec is None or not spec.submodule_search_locations:
        raise FileNotFoundError("the package silero-vad is not installed")
    return Path(spec.submodule_search_locations[0]) / "data" / file
