"""Which language a session speaks, from what the model detects window by window. Pure.

Detection on a second of speech is a guess, and a wrong lock ruins a session. So
windows vote with their seconds of speech and their probability, detection goes
on until one language clearly leads, and then it is locked.
"""

from inference.types import SAMPLE_RATE, Samples

ENOUGH: Samples = 4 * SAMPLE_RATE  # speech behind the leader before it may be locked
LEAD = 3.0  # times the votes of the second
SHORTEST: Samples = SAMPLE_RATE  # less speech than this has no vote
SURE = 0.5  # a detection less likely than this has no vote


class LanguageLock:
    def __init__(self, given: str | None) -> None:
        """given: the language the speaker chose; nothing is detected then."""
        self.locked = given
        self.votes: dict[str, float] = {}

    def heard(self, language: str | None, probability: float, speech: Samples) -> None:
        """A window with so much speech sounded like this language."""
        if self.locked or language is None or speech < SHORTEST or probability < SURE:
            return
        self.votes[language] = self.votes.get(language, 0.0) + probability * speech
        leader = max(self.votes, key=self.votes.__getitem__)
        second = max((v for k, v in self.votes.items() if k != leader), default=0.0)
        if self.votes[leader] >= ENOUGH and self.votes[leader] >= LEAD * second:
            self.locked = leader

    @property
    def best(self) -> str | None:
        """The locked language, else the leading one, else None."""
        return self.locked or max(self.votes, key=self.votes.__getitem__, default=None)
