"""What Whisper writes over silence and noise, by language. Data only.

Collected from public reports of users; compared by sound, and only believed
where there was speech to carry them.
"""

from streaming.agreement import spoken

_HEARD = {
    "en": (
        "thank you", "thanks", "thank you very much", "thank you for watching",
        "thanks for watching", "you", "bye", "bye bye", "okay", "so", "oh", "hmm", "the end",
        "please subscribe", "subscribe", "see you next time", "i'm sorry", "music", "applause",
        "silence", "blank audio", "subtitles by the amara.org community",
    ),
    "de": ("vielen dank", "danke", "untertitel der amara.org-community"),
    "fr": ("merci", "merci d'avoir regardé cette vidéo"),
    "es": ("gracias", "gracias por ver el video"),
    "it": ("grazie", "sottotitoli creati dalla comunità amara.org"),
    "pt": ("obrigado", "legendas pela comunidade amara.org"),
    "nl": ("bedankt", "ondertiteld door de amara.org gemeenschap"),
    "ru": ("продолжение следует", "спасибо за просмотр"),
    "ja": ("ご視聴ありがとうございました", "ありがとうございました"),
    "zh": ("谢谢观看", "谢谢大家"),
    "ko": ("시청해주셔서 감사합니다",),
}  # fmt: skip

PHRASES = frozenset(spoken(phrase) for phrases in _HEARD.values() for phrase in phrases)
