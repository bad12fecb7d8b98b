"""What the forkserver loads once, so that a worker is ready in hundredths of a second.

No torch operation that starts threads may happen here, or every child hangs.  The forkserver swallows errors of its
preload; `COMPLETE` is how a worker knows.
"""

from __future__ import annotations

import signal

# First: a Ctrl-C in the terminal (on a cluster, a SIGTERM) reaches the whole group, and the supervisor decides what it
# means.
signal.signal(signal.SIGINT, signal.SIG_IGN)
signal.signal(signal.SIGTERM, signal.SIG_IGN)

from core import system  # noqa: E402

# Loading torch takes seconds, in which nothing else would notice that the parent is gone.
system.die_with_parent()

import imagecodecs  # noqa: E402, F401
import numpy as np  # noqa: E402, F401
import PIL.Image  # noqa: E402, F401
import simplejpeg  # noqa: E402, F401
import tifffile  # noqa: E402, F401
import torch  # noqa: E402
import torch.multiprocessing  # noqa: E402
import torch.nn.functional  # noqa: E402, F401

import core.engine.worker  # noqa: E402, F401
from core.recipe import builtin  # noqa: E402
from core.transforms import catalogue  # noqa: E402

catalogue()
builtin()
COMPLETE = True
