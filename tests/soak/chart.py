"""Memory over time as a picture: one strip for each program, with the line that judges it."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from tests.soak.resources import Held
from tests.soak.trend import line

MEGABYTE: Final = 2**20
MINUTE_S: Final = 60.0


def draw(path: Path, samples: Mapping[str, Sequence[Held]], warm_up_s: float, title: str) -> None:
    """SVG or PNG, as the name ends. Each strip has an axis of its own that begins at nought."""
    import matplotlib as mpl

    mpl.use("Agg")
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(
        len(samples), 1, sharex=True, squeeze=False, figsize=(9, 1.3 * len(samples) + 0.8), layout="constrained"
    )
    figure.suptitle(title, fontsize=11)
    for axis, (name, held) in zip(axes[:, 0], samples.items(), strict=True):
        minutes = [sample.at_s / MINUTE_S for sample in held]
        axis.plot(minutes, [sample.pss / MEGABYTE for sample in held], color="#9aa5b1", linewidth=1, label="PSS")
        axis.plot(minutes, [sample.resident / MEGABYTE for sample in held], color="#1f5f8b", label="resident")
        warm = [sample for sample in held if sample.at_s >= warm_up_s]
        if warm:
            trend = line([sample.at_s for sample in warm], [sample.resident for sample in warm])
            ends = [warm[0].at_s, warm[-1].at_s]
            values = [(trend.start + trend.slope_per_s * (at_s - ends[0])) / MEGABYTE for at_s in ends]
            axis.plot([at_s / MINUTE_S for at_s in ends], values, color="#c2410c", linestyle="--", label="line")
        axis.axvline(warm_up_s / MINUTE_S, color="#9aa5b1", linewidth=0.5)
        axis.set_ylim(bottom=0)
        axis.set_ylabel("MB", fontsize=8)
        axis.set_title(name, loc="left", fontsize=9)
        axis.tick_params(labelsize=8)
    axes[0, 0].legend(fontsize=7, loc="lower right", ncols=3)
    axes[-1, 0].set_xlabel("minutes", fontsize=8)
    figure.savefig(path)
    pyplot.close(figure)
