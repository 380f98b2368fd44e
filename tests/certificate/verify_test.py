"""The checker of certificates: accepts what compile writes, and refuses a certificate or a network
in which any one number was made smaller than it is.

    HILLOCK=build/hillock python3 tests/certificate/verify_test.py
"""
import copy
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
HILLOCK = os.environ.get("HILLOCK", "build/hillock")
DIGITS = ROOT / "examples/digits"


def verify(folder):
    return subprocess.run([sys.executable, ROOT / "scripts/verify_certificate.py", folder],
                          capture_output=True, text=True, check=False)


class VerifyTest(unittest.TestCase):
    def setUp(self):
        self.temporary = tempfile.TemporaryDirectory()
        self.build = pathlib.Path(self.temporary.name) / "build"

    def tearDown(self):
        self.temporary.cleanup()

    def compile(self, *arguments):
        subprocess.run([HILLOCK, "compile", *map(str, arguments), "-o", self.build, "--quiet"],
                       check=True)

    def refused(self, name, document, text):
        file = self.build / name
        before = file.read_text()
        file.write_text(json.dumps(document))
        result = verify(self.build)
        file.write_text(before)
        self.assertEqual(result.returncode, 1, text)
        self.assertIn("verify_certificate: ", result.stderr)

    def test_tiny(self):
        self.compile(ROOT / "docs/tiny/network.json", "--data", ROOT / "docs/tiny/data.npz")
        self.assertEqual(verify(self.build).stdout, "holds: 4 neurons (4 unlike), 4 steps\n")
        good = json.loads((self.build / "overflow.json").read_text())
        for p, population in enumerate(good["populations"]):
            for s, sort in enumerate(population["sorts"]):
                for what in ("input", "sum", "membrane"):
                    for end, by in ((0, 1), (1, -1)):
                        if sort[what][end] == 0:
                            continue
                        bad = copy.deepcopy(good)
                        bad["populations"][p]["sorts"][s][what][end] += by
                        # The prover lets one range grow, so its ends may be a little wide; those of
                        # the events of a step are exact.
                        if what == "input":
                            self.refused("overflow.json", bad, f"{p} {s} {what} {end}")
                bad = copy.deepcopy(good)
                bad["populations"][p]["sorts"][s]["membrane"] = [0, 0]
                self.refused("overflow.json", bad, f"{p} {s}")
            bad = copy.deepcopy(good)
            bad["populations"][p]["sorts"].pop()
            self.refused("overflow.json", bad, "a neuron without a bound")
            for width in ("membrane_bits", "accumulator_bits"):
                bad = copy.deepcopy(good)
                bad["populations"][p][width] -= 1
                self.refused("overflow.json", bad, width)
        network = json.loads((self.build / "quantized.json").read_text())
        network["projections"][0]["weight"][0] += 1
        self.refused("quantized.json", network, "a larger weight")

    def test_digits(self):
        self.compile(DIGITS / "state_dict.pt", "--arch", DIGITS / "architecture.json", "--data",
                     DIGITS / "calibration.npz", "--membrane-bits", "lif1=16")
        self.assertEqual(verify(self.build).returncode, 0, verify(self.build).stderr)
        network = json.loads((self.build / "quantized.json").read_text())
        network["timesteps"] += 1
        self.refused("quantized.json", network, "another number of steps")


if __name__ == "__main__":
    unittest.main()
