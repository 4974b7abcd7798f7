"""The line protocol of `mojave bench compare`: a program says that it is warm, then makes as many steps as it is told to.

out: {"program": ..., "step_seconds": ..., "loaded_bytes": ...}   once, when warm
in:  run N
out: {"seconds": [...], "peak_bytes": ...}                        for each such line, until the input ends

A signal to all programs at once, as Ctrl-C sends it, is for the comparison to answer: the turn that has begun is finished.
"""

import json
import signal
import sys
import time


def resident(key):
    """Resident memory of this process in bytes: VmRSS now, VmHWM the peak; 0 where the system does not say."""
    try:
        with open("/proc/self/status") as status:
            for line in status:
                if line.startswith(key + ":"):
                    return int(line.split()[1]) * 1024
    except OSError:
        pass
    return 0


def forget_peak():
    try:
        with open("/proc/self/clear_refs", "w") as refs:
            refs.write("5")
    except OSError:
        pass  # then the peak is that of the whole life


def timed(step):
    start = time.perf_counter()
    step()
    return time.perf_counter() - start


def serve(program, step, warm_up=3, warm_up_seconds=2.0):
    """Takes turns until standard input ends. Model and data must be ready: memory is counted from here."""
    for name in ("SIGINT", "SIGTERM", "SIGHUP"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), signal.SIG_IGN)
    loaded = resident("VmRSS")
    forget_peak()
    begin, steps = time.perf_counter(), 0
    while steps < warm_up or time.perf_counter() - begin < warm_up_seconds:
        step()
        steps += 1
    say(program=program, step_seconds=timed(step), loaded_bytes=loaded)
    for line in sys.stdin:
        seconds = [timed(step) for _ in range(int(line.split()[1]))]
        say(seconds=seconds, peak_bytes=resident("VmHWM"))


def say(**what):
    print(json.dumps(what), flush=True)
