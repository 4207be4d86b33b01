"""Every number of a training run, frozen and kept in its checkpoint."""

from dataclasses import asdict, dataclass, fields, replace
from typing import Any


@dataclass(frozen=True)
class NetworkConfig:
    """The shape of the network; widths are channels at 1/4, 1/8, 1/16 and 1/32 of the face."""

    side: int = 256
    widths: tuple[int, int, int, int] = (48, 96, 160, 224)
    blocks: int = 2  # residual blocks a level, on the way down and on the way up
    finishing_width: int = 24  # channels at half the face's side
    heads_coarse: int = 5  # of the attention at 1/16
    heads_fine: int = 2  # of the attention at 1/8
    head_width: int = 32
    condition_width: int = 128


@dataclass(frozen=True)
class TrainingConfig:
    """What a step is made of, and how strongly each loss pulls."""

    seed: int = 20261123
    people: int = 4  # a step
    faces: int = 2  # degraded faces of each of these people, sharing their references
    learning_rate: float = 8e-4
    warm_up: int = 100  # steps
    weight_decay: float = 1e-4
    average: float = 0.997  # of the weights, a step
    pixel: float = 3.0
    perceptual: float = 0.6
    identity: float = 0.4
    identity_every: int = 2  # of so many faces one is looked at by the identity loss
    landmark_attention: float = 0.03
    grid: float = 0.0  # against patterns that repeat every few pixels
    looks_from: float = 0.25  # of the budget: before it, pixels and attention alone are learned
    reference_counts: tuple[int, ...] = (0, 1, 2, 4)
    reference_odds: tuple[float, ...] = (0.15, 0.4, 0.3, 0.15)
    other_person: float = 0.12  # how often the references belong to somebody else
    two_photos_weight: float = 3.0  # how much more often people with two photos are drawn
    old_print: float = 0.3  # how often the degradation is that of an old print


@dataclass(frozen=True)
class Recipe:
    """A network and how it is trained."""

    network: NetworkConfig = NetworkConfig()
    training: TrainingConfig = TrainingConfig()

    def as_dict(self) -> dict[str, Any]:
        """Plain values, for a checkpoint or a card."""
        return asdict(self)

    @staticmethod
    def from_dict(values: dict[str, Any]) -> "Recipe":
        """What `as_dict` gave; lists are read as tuples."""
        return Recipe(
            _read(NetworkConfig(), values["network"]), _read(TrainingConfig(), values["training"])
        )


LARGER = Recipe(
    NetworkConfig(widths=(96, 160, 224, 256), finishing_width=48, heads_coarse=8, heads_fine=6),
    TrainingConfig(people=24, learning_rate=4e-4, average=0.9995, identity_every=1),
)
"""For a GPU: as large as the 40 MB of the shipped files allow."""

LIKENESS = Recipe(
    training=TrainingConfig(
        learning_rate=4e-4,
        average=0.998,
        identity=1.2,
        identity_every=1,
        looks_from=0.0,
        reference_odds=(0.08, 0.3, 0.37, 0.25),
        other_person=0.07,
    )
)
"""For a network that already cleans: more references a face, and the person weighs three times
as much. Meant to be begun from the checkpoint of `small` (`--begin-from`)."""

EVEN = replace(LIKENESS, training=replace(LIKENESS.training, grid=6.0, learning_rate=3e-4))
"""As `likeness`, and the patterns that a network leaves when it shuffles pixels up are blamed."""

RECIPES = {"small": Recipe(), "likeness": LIKENESS, "even": EVEN, "larger": LARGER}


def _read(default: Any, values: dict[str, Any]) -> Any:
    known = {field.name for field in fields(default)}
    unknown = set(values) - known
    if unknown:
        raise ValueError(f"The recipe has fields of another version: {sorted(unknown)}")
    return replace(
        default,
        **{name: tuple(v) if isinstance(v, list) else v for name, v in values.items()},
    )
