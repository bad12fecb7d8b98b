"""Steps are tried as a worker runs them: with one thread each."""

from __future__ import annotations

import torch

torch.set_num_threads(1)
