"""Files through faster-whisper's own `transcribe`, sequential or batched. Times nothing."""

from collections.abc import Callable
from pathlib import Path

from faster_whisper import BatchedInferencePipeline, WhisperModel

from benchmarks.batch.job import Job


def opened(job: Job) -> Callable[[Path], str]:
    """Loads the weights; answers with what turns a file into its text.

    All that is not said here is as the package has it: the sequential one feeds on its own text
    and tries again at higher temperatures, the batched one cuts by its own voice detector.
    """
    model = WhisperModel(
        job.weights,
        device=job.device,
        compute_type=job.compute_type,
        cpu_threads=job.cores,
        num_workers=1,
    )
    return _batched(model, job) if job.contender.kind == "batched" else _sequential(model, job)


def _sequential(model: WhisperModel, job: Job) -> Callable[[Path], str]:
    def hear(path: Path) -> str:
        found, _ = model.transcribe(str(path), language=job.language, beam_size=job.beam)
        return " ".join(segment.text.strip() for segment in found)

    return hear


def _batched(model: WhisperModel, job: Job) -> Callable[[Path], str]:
    pipeline = BatchedInferencePipeline(model)

    def hear(path: Path) -> str:
        found, _ = pipeline.transcribe(
            str(path),
            language=job.language,
            beam_size=job.beam,
            batch_size=job.contender.batch,
            without_timestamps=not job.contender.timestamps,
        )
        return " ".join(segment.text.strip() for segment in found)

    return hear
