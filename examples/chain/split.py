#!/usr/bin/env python3
"""Cuts a network at a population, for two accelerators in a chain.

    split.py NETWORK.json POPULATION FRONT.json BACK.json

NETWORK.json is the network.json of a build. What POPULATION needs goes into the front, whose output it
becomes; all others go into the back, whose input are its spikes.
"""

import json
import sys


def sources(network, population):
    """The projections into a population."""
    return [p for p in network["projections"] if p["target"] == population]


def before(network, population):
    """The populations that this one needs, itself included."""
    needed = set()
    todo = [population]
    while todo:
        name = todo.pop()
        if name in needed:
            continue
        needed.add(name)
        todo += [p["source"]["population"] for p in sources(network, name) if "population" in p["source"]]
    return needed


def split(network, population):
    front_names = before(network, population)
    cut = next(p for p in network["populations"] if p["name"] == population)
    parts = []
    for name, inside, output in (("front", lambda n: n in front_names, population),
                                 ("back", lambda n: n not in front_names, network["output"])):
        part = dict(network, name=name, output=output)
        part["populations"] = [p for p in network["populations"] if inside(p["name"])]
        part["projections"] = [dict(p) for p in network["projections"] if inside(p["target"])]
        parts.append(part)
    front, back = parts
    front["readout"] = "spike_count"
    back["inputs"] = [{"name": population, "shape": cut["shape"], "where": cut["where"]}]
    for p in back["projections"]:
        source = p["source"].get("population")
        if source == population:
            p["source"] = {"input": population}
        elif source is None or source in front_names:
            sys.exit(f"{p['name']} reads {source or 'the input'}, which is in the front: cut elsewhere")
    return front, back


def main():
    if len(sys.argv) != 5:
        sys.exit(__doc__)
    with open(sys.argv[1], encoding="utf-8") as file:
        network = json.load(file)
    for path, part in zip(sys.argv[3:], split(network, sys.argv[2])):
        with open(path, "w", encoding="utf-8") as file:
            json.dump(part, file)


if __name__ == "__main__":
    main()
