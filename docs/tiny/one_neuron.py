"""One neuron that is reset to zero, for docs/add-a-neuron.md. Standard library only.

  one_neuron.py make kept|lost FOLDER    writes network.json and data.npz
  one_neuron.py show F.npz               prints what `run --dump-spikes` wrote
"""
import json
import struct
import sys
import zipfile
from pathlib import Path

INPUTS = [12, 5, 6]


def npy(shape, values):
    head = f"{{'descr': '|u1', 'fortran_order': False, 'shape': {shape}, }}"
    head += " " * (-(len(head) + 11) % 64) + "\n"
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(head)) + head.encode() + bytes(values)


def make(zero_input, folder):
    at = {"file": "network.json", "path": ""}
    network = {
        "format": "hillock-network", "version": 1, "name": "one",
        "inputs": [{"name": "input", "shape": [1], "where": at}],
        "populations": [{"name": "n", "shape": [1], "spiking": True, "decay": 1, "bias": 0, "threshold": 10,
                         "reset_value": 0, "comparison": "gt", "where": at,
                         "reset": {"mechanism": "zero", "timing": "delayed", "zero_input": zero_input}}],
        "projections": [{"name": "w", "source": {"input": "input"}, "target": "n", "type": "dense", "rows": 1,
                         "cols": 1, "weight": [1], "delay": 0, "where": at}],
        "output": "n", "readout": "spike_count",
        "import": {"source": "one_neuron.py", "format": "network-json", "semantics": "snntorch", "grade": "exact",
                   "assumptions": [], "notes": []}}
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "network.json").write_text(json.dumps(network))
    with zipfile.ZipFile(folder / "data.npz", "w") as z:
        z.writestr("x.npy", npy((1, len(INPUTS), 1), INPUTS))


def show(file):
    with zipfile.ZipFile(file) as z:
        print("spikes of the steps:", *z.read("n.npy")[-len(INPUTS):])


if sys.argv[1] == "make":
    make(sys.argv[2], Path(sys.argv[3]))
else:
    show(sys.argv[2])
