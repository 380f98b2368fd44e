#!/usr/bin/env python3
"""The host's end of the serial line of a Hillock accelerator on a small board (snn_uart_link).

    python3 hillock_host.py --port /dev/ttyUSB1 --weights rtl/weights.bin --data test.npz

identifies the accelerator, loads its weights where they are RAM, sends samples as dense frames and
prints a class a line, then the accuracy where the data have labels. Needs Python 3 and nothing else;
pyserial is used where it is installed. --program COMMAND talks to a program's standard input and
output instead of a port, for example a simulation.
"""
import argparse
import array
import ast
import os
import select
import shlex
import struct
import subprocess
import sys
import time
import zipfile

MAGIC = 0x4B434C48
STRUCTURE, ELEMENTS, TIMESTEPS, FEATURES, CONTROL, STATUS, RESULTS, CLASS = 2, 3, 5, 6, 8, 9, 10, 11
LOAD_ADDRESS, LOAD_DATA, STREAM_DATA, STREAM_LAST, COUNTERS = 14, 15, 16, 17, 64
READOUT, READOUTS = 18, 19
BURST = 256  # words of one command


class Fault(Exception):
    """Something that the user can do something about."""


def open_port(name, baud):
    """A serial port as a pair of functions: write(bytes), read(count)."""
    try:
        import serial
        port = serial.Serial(name, baud, timeout=2)
        return port.write, port.read
    except ImportError:
        pass
    import termios
    handle = os.open(name, os.O_RDWR | os.O_NOCTTY)
    speed = getattr(termios, f"B{baud}", None)
    if speed is None:
        raise Fault(f"{baud} baud: not a speed of this system")
    mode = termios.tcgetattr(handle)
    mode[0] = mode[1] = mode[3] = 0  # raw
    mode[2] = termios.CS8 | termios.CREAD | termios.CLOCAL
    mode[4] = mode[5] = speed
    mode[6][termios.VMIN], mode[6][termios.VTIME] = 0, 20
    termios.tcsetattr(handle, termios.TCSANOW, mode)

    def read(count):
        data = b""
        while len(data) < count:
            more = os.read(handle, count - len(data))
            if not more:
                break
            data += more
        return data

    def write(data):
        while data:
            data = data[os.write(handle, data):]
    return write, read


def open_program(command):
    process = subprocess.Popen(shlex.split(command), stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def write(data):
        process.stdin.write(data)
        process.stdin.flush()

    def read(count):
        data = b""
        while len(data) < count and select.select([process.stdout], [], [], 60)[0]:
            more = os.read(process.stdout.fileno(), count - len(data))
            if not more:
                break
            data += more
        return data
    return write, read


class Accelerator:
    def __init__(self, write, read):
        self._write, self._read = write, read

    def write(self, register, words):
        """Writes all words to one register."""
        for at in range(0, len(words), BURST):
            some = words[at:at + BURST]
            self._write(struct.pack(f"<BBH{len(some)}I", 1, register, len(some), *some))

    def read(self, register, count=1):
        self._write(struct.pack("<BBH", 2, register, count))
        data = self._read(4 * count)
        if len(data) != 4 * count:
            raise Fault("no answer: check the port, its speed, and that the bitstream is loaded")
        return struct.unpack(f"<{count}I", data)

    def identify(self):
        magic, version, structure, elements, outputs, steps, features, _ = self.read(0, 8)
        if magic != MAGIC:
            raise Fault(f"this is no Hillock accelerator (it answers 0x{magic:08x})")
        print(f"accelerator {structure:08x}: {elements} inputs, {outputs} classes, at most {steps} "
              f"steps, registers {version >> 16}.{version & 0xffff}", file=sys.stderr)
        return structure, elements, steps, features

    def load(self, path, structure):
        with open(path, "rb") as f:
            data = f.read()
        words = struct.unpack(f"<{len(data) // 4}I", data[:len(data) // 4 * 4])
        if data[:4] != b"HLKW" or len(words) < 3 or words[1] != 1:
            raise Fault(f"{path}: not a load image of this version")
        if words[2] != structure:
            raise Fault(f"{path}: is for the structure {words[2]:08x}")
        self.write(CONTROL, [0])
        at = 3
        while at < len(words):
            address, count = words[at:at + 2]
            self.write(LOAD_ADDRESS, [address])
            self.write(LOAD_DATA, words[at + 2:at + 2 + count])
            at += 2 + count

    def read_class(self, readout):
        self.write(READOUT, [readout])
        return self.read(CLASS)[0]

    def run(self, words):
        """Sends one sample as words of dense frames; returns its class in each readout."""
        before, = self.read(RESULTS)
        readouts, = self.read(READOUTS)
        self.write(STREAM_DATA, words[:-1])
        self.write(STREAM_LAST, words[-1:])
        end = time.monotonic() + 10
        while time.monotonic() < end:
            if self.read(RESULTS)[0] != before:
                return [self.read_class(k) for k in range(readouts)]
        status, = self.read(STATUS)
        raise Fault(f"no result within 10 seconds (status {status})")


def load_npy(raw):
    """An array as (shape, flat list)."""
    if raw[:6] != b"\x93NUMPY":
        raise Fault("the data are no NumPy arrays")
    size = 2 if raw[6] == 1 else 4
    length = int.from_bytes(raw[8:8 + size], "little")
    header = ast.literal_eval(raw[8 + size:8 + size + length].decode("latin1"))
    kinds = {"u1": "B", "i1": "b", "b1": "B", "u2": "H", "i2": "h", "u4": "I", "i4": "i", "u8": "Q",
             "i8": "q"}
    kind = kinds.get(header["descr"][1:])
    if kind is None or header["descr"][0] == ">" or header["fortran_order"]:
        raise Fault(f"arrays of {header['descr']}: integers are needed, in C order")
    values = array.array(kind)
    values.frombytes(raw[8 + size + length:])
    return header["shape"], values


def frames(values, elements, bits):
    """Steps of elements as words: each frame fills whole words, the first element lowest."""
    words = []
    per_word = 32 // bits
    mask = (1 << bits) - 1
    for step in range(0, len(values), elements):
        for first in range(step, step + elements, per_word):
            word = 0
            for i, v in enumerate(values[first:min(first + per_word, step + elements)]):
                word |= (v & mask) << (bits * i)
            words.append(word)
    return words


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    link = parser.add_mutually_exclusive_group(required=True)
    link.add_argument("--port")
    link.add_argument("--program", help="a program in place of the port")
    parser.add_argument("--baud", type=int, default=115200)
    parser.add_argument("--weights", help="load image (rtl/weights.bin of the build)")
    parser.add_argument("--data", required=True, help=".npz with x [N, T, features...], and y")
    parser.add_argument("--samples", type=int, help="only the first N")
    options = parser.parse_args()
    if options.program:
        board = Accelerator(*open_program(options.program))
    else:
        board = Accelerator(*open_port(options.port, options.baud))
    structure, elements, steps, features = board.identify()
    if features >> 24 & 1:
        if not options.weights:
            raise Fault("the accelerator's weights are RAM: give --weights")
        board.load(options.weights, structure)
    board.write(CONTROL, [1])
    board.write(STATUS, [6])
    with zipfile.ZipFile(options.data) as archive:
        shape, x = load_npy(archive.read("x.npy"))
        labels = load_npy(archive.read("y.npy"))[1] if "y.npy" in archive.namelist() else None
    size = len(x) // shape[0]
    if size % elements or size // elements > steps:
        raise Fault(f"a sample of shape {shape[1:]} does not fit {elements} inputs and {steps} steps")
    count = min(options.samples or shape[0], shape[0])
    right = 0
    for n in range(count):
        numbers = board.run(frames(x[n * size:(n + 1) * size], elements, features >> 8 & 0xff))
        print(*numbers, flush=True)
        right += labels is not None and numbers[0] == labels[n]
    status, = board.read(STATUS)
    if status & 6:
        raise Fault(f"words were lost on the way (status {status})")
    if labels is not None:
        print(f"{right} of {count} right", file=sys.stderr)


if __name__ == "__main__":
    try:
        main()
    except (Fault, OSError, KeyError) as fault:
        sys.exit(f"error: {fault}")
