"""Runs each command some times in turn and prints CPU seconds, wall seconds and peak memory, and ratios to the first.
The times are the best of the runs, which is what other programs on the machine disturb least; the memory is the median
(and never below the 14 MiB or so of this script, which the system counts to what it starts).

measure.py [--peer-runs N] [--memory MIB] RUNS LIMITS NAME=COMMAND [NAME=COMMAND …]
    LIMITS       - or CPU,MEMORY: what the peers must cost at least, as multiples of the first command
    NAME*        a peer, run as often as the others or `--peer-runs` times; it must succeed where there are LIMITS
    NAME*?       a peer that may fail, and is then compared with nothing
    NAME<FACTOR  a floor: the first command takes at most FACTOR times its CPU time
    --memory     the most that the first command may use

A limit that is not kept is measured again, up to ROUNDS times in all, and the best runs of all rounds count: another program
on the machine can make a command slow, and nothing makes it faster than it is.
"""
import argparse
import os
import shlex
import statistics
import subprocess
import sys
import time

ROUNDS = 4


def run(command):
    start = time.monotonic()
    with open(os.devnull, "w") as null:
        child = subprocess.Popen(shlex.split(command), stdout=null, stderr=null)
        _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    return usage.ru_utime + usage.ru_stime, time.monotonic() - start, usage.ru_maxrss / 1024, child.returncode


def summary(rows):
    cpu, wall, memory, code = zip(*rows)
    return min(cpu), min(wall), statistics.median(memory), code[-1]


def shown(name):
    return name.split("<")[0].rstrip("*?")


def complaints(figures, limits, memory_limit):
    """What is not as it must be, a line each."""
    first_name, first = next(iter(figures.items()))
    if memory_limit and first[2] > memory_limit:
        yield f"{first_name}: wanted at most {memory_limit:g} MiB of memory"
    least = None if limits == "-" else tuple(map(float, limits.split(",")))
    for name, (cpu, _, memory, code) in figures.items():
        if "<" in name:
            factor = float(name.split("<")[1])
            if code not in (0, first[3]):
                yield f"{shown(name)}: failed, so it is no floor"
            elif first[0] > factor * cpu:
                yield f"{first_name}: wanted at most {factor:g}x the CPU time of {shown(name)}, took {first[0] / cpu:.2f}x"
        elif least and code != 0 and name.endswith("*"):
            yield f"{shown(name)}: failed, so it is no measure"
        elif least and code == 0 and name.endswith(("*", "*?")):
            if cpu / first[0] < least[0] or memory / first[2] < least[1]:
                yield f"{shown(name)}: wanted {least[0]}x the CPU time and {least[1]}x the memory"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--peer-runs", type=int)
    parser.add_argument("--memory", type=float)
    parser.add_argument("runs", type=int)
    parser.add_argument("limits")
    parser.add_argument("commands", nargs="+")
    arguments = parser.parse_args()
    commands = [argument.split("=", 1) for argument in arguments.commands]
    results = {name: [] for name, _ in commands}
    for _ in range(ROUNDS):
        for turn in range(arguments.runs):
            for name, command in commands:
                if arguments.peer_runs is None or turn < arguments.peer_runs or "*" not in name:
                    results[name].append(run(command))
        figures = {name: summary(rows) for name, rows in results.items()}
        broken = list(complaints(figures, arguments.limits, arguments.memory))
        if not broken:
            break
    first = figures[commands[0][0]]
    print(f"{'':34} {'CPU s':>8} {'wall s':>8} {'MiB':>8}  {'CPU':>7} {'memory':>7}   exit")
    for name, (cpu, wall, memory, code) in figures.items():
        ratios = f"{cpu / first[0]:6.1f}x {memory / first[2]:6.1f}x"
        print(f"{shown(name):34} {cpu:8.3f} {wall:8.3f} {memory:8.1f}  {ratios}   {code}", flush=True)
    print(*broken, sep="\n", end="\n" if broken else "")
    sys.exit(bool(broken))


main()
