"""When each stream is to begin: drawn before the run, the same for every target. Pure."""

import random


def plan(streams: int, spread: float, seed: int) -> tuple[float, ...]:
    """Seconds after the start of the run, ascending; the first stream begins at 0.

    The others fall anywhere within `spread` seconds, so that their frames and pauses do not
    march in step.
    """
    chance = random.Random(seed)
    return (0.0, *sorted(chance.uniform(0, spread) for _ in range(streams - 1)))
