#!/usr/bin/env python3
"""Makes a data set for Hillock of the NIR paper's ds_test.pt.

    python convert.py ds_test.pt test.npz

The file is a pickled torch TensorDataset of spikes [N, 256, 12] and labels. Loading one runs what is in
it: take it from the paper's own repository alone.
"""
import sys

import numpy as np
import torch

x, y = torch.load(sys.argv[1], map_location="cpu", weights_only=False).tensors
x, y = x.numpy(), y.numpy()
if x.ndim != 3 or not np.isin(x, (0, 1)).all():
    sys.exit(f"{sys.argv[1]}: spikes [samples, steps, taxels] were expected, not {x.shape}")
np.savez_compressed(sys.argv[2], x=x.astype(np.uint8), y=y.astype(np.int64))
print(f"{sys.argv[2]}: {len(x)} samples of {x.shape[1]} steps and {x.shape[2]} inputs")
