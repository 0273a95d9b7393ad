"""Two shapes that look joint and are one payer's: what a coinjoin rule must not take.

`stonewall-like`: two equal outputs and one or two changes from a few inputs. Samourai's Stonewall makes it alone, to
look like two; StonewallX2 makes it with a friend, and nobody can tell them apart. It is said, and nobody is kept apart.

`batch-payout`: one payer, or an exchange with many coins, pays many; equal amounts among them are what people ask for.
"""

from typing import Final

import numpy as np

from dyepack.cluster.columns import Columns, Flags
from dyepack.cluster.shape import Shape

STONEWALL: Final = "stonewall-like"
BATCH: Final = "batch-payout"
VERSION: Final = 1


def stonewalls(_: Columns, shape: Shape) -> Flags:
    """Two equal outputs, at most two others, and two inputs or more."""
    two = (shape.equal == 2) & (shape.outputs >= 3) & (shape.outputs <= 4)
    return np.asarray(two & (shape.inputs >= 2) & (shape.notes == 0), np.bool_)


def batches(_: Columns, shape: Shape) -> Flags:
    """Three or more equal outputs that no rule of joint payments explains."""
    return np.asarray((shape.equal >= 3) & (shape.outputs >= 4), np.bool_)
