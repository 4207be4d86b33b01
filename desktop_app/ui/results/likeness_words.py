"""Says in words how like a face is to the person, and whether restoring kept them."""

import enum

from PySide6.QtCore import QT_TRANSLATE_NOOP, QCoreApplication

from desktop_app.domain.restoration import UNCHANGED, Likeness
from desktop_app.operations.likeness_words import similarity_in_words

_BANDS = (  # where a translator finds the words that similarity_in_words chooses from
    QT_TRANSLATE_NOOP("likeness", "very like"),
    QT_TRANSLATE_NOOP("likeness", "like"),
    QT_TRANSLATE_NOOP("likeness", "somewhat like"),
    QT_TRANSLATE_NOOP("likeness", "hardly like"),
    QT_TRANSLATE_NOOP("likeness", "not like"),
)


class Verdict(enum.Enum):
    """What restoring did to the likeness."""

    BETTER = "better"
    SAME = "same"
    WORSE = "worse"
    SOMEBODY_ELSE = "somebody_else"

    @property
    def is_warning(self) -> bool:
        return self in (Verdict.WORSE, Verdict.SOMEBODY_ELSE)

    @property
    def icon(self) -> str:
        return {"better": "yes", "same": "info"}.get(self.value, "warning")

    @property
    def ink(self) -> str:
        return {"better": "accent", "same": "text_soft"}.get(self.value, "danger")


def verdict(likeness: Likeness) -> Verdict:
    """The one thing to be said first."""
    if likeness.nearest_other > likeness.after:
        return Verdict.SOMEBODY_ELSE
    if abs(likeness.after - likeness.before) < UNCHANGED:
        return Verdict.SAME
    return Verdict.BETTER if likeness.after > likeness.before else Verdict.WORSE


def verdict_words(likeness: Likeness, name: str) -> str:
    """One sentence for the verdict; `name` is whose face it is."""
    if verdict(likeness) is Verdict.SOMEBODY_ELSE:
        other = likeness.nearest_other_name or _tr("somebody else")
        return _tr("Now nearer to {other} than to {name}").format(other=other, name=name)
    return {
        Verdict.BETTER: _tr("More like {name} than before"),
        Verdict.SAME: _tr("As like {name} as before"),
        Verdict.WORSE: _tr("Less like {name} than before"),
    }[verdict(likeness)].format(name=name)


def band_words(cosine: float) -> str:
    """ "very like", "like", ... "not like", to be followed by a name."""
    return _tr(similarity_in_words(cosine))


def _tr(text: str) -> str:
    return QCoreApplication.translate("likeness", text)
