"""Runs each command some times in turn and prints CPU seconds, wall seconds and peak memory, and ratios to the first.
The times are the best of the runs, which is what other programs on the machine disturb least; the memory is the median.

measure.py RUNS LIMITS NAME=COMMAND [NAME=COMMAND …]      LIMITS: - or CPU,MEMORY: what the peers must cost at least, as
                                                         multiples of the first command; a peer's name ends in `*`.
"""
import os
import shlex
import statistics
import subprocess
import sys
import time


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


def main():
    runs, limits = int(sys.argv[1]), sys.argv[2]
    commands = [argument.split("=", 1) for argument in sys.argv[3:]]
    results = {name: [] for name, _ in commands}
    for _ in range(runs):
        for name, command in commands:
            results[name].append(run(command))
    figures = {name: summary(rows) for name, rows in results.items()}
    first = figures[commands[0][0]]
    print(f"{'':34} {'CPU s':>8} {'wall s':>8} {'MiB':>8}  {'CPU':>7} {'memory':>7}   exit")
    for name, _ in commands:
        cpu, wall, memory, _ = figures[name]
        code = results[name][-1][3]
        ratios = f"{cpu / first[0]:6.1f}x {memory / first[2]:6.1f}x"
        print(f"{name.rstrip('*'):34} {cpu:8.3f} {wall:8.3f} {memory:8.1f}  {ratios}   {code}")
    failed = False
    if limits != "-":
        least_cpu, least_memory = map(float, limits.split(","))
        for name, _ in commands:
            if name.endswith("*"):
                cpu, memory = figures[name][0] / first[0], figures[name][2] / first[2]
                if cpu < least_cpu or memory < least_memory:
                    print(f"{name.rstrip('*')}: wanted {least_cpu}x the CPU time and {least_memory}x the memory")
                    failed = True
    sys.exit(failed)


main()
