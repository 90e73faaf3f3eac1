"""Starts the processes of one test run, and ends them all when the run does, whatever happens to it.

Usage: guard.py FOLDER. Standard input carries requests, a line of JSON each: {"start": NAME, "command": [...], "environment": {...}} or
{"end": NAME}. The output of a process goes to FOLDER/NAME.log; FOLDER/NAME.exit holds its status once it has ended. When standard input
closes, and it does even if the test is killed, every process and every descendant of one is killed and FOLDER is removed.
"""

import contextlib
import ctypes
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import threading
import time

PR_SET_PDEATHSIG = 1
PR_SET_CHILD_SUBREAPER = 36
writing = threading.Lock()
prctl = ctypes.CDLL(None, use_errno=True).prctl


def start(folder, request, processes):
    name = request["start"]
    log = open(folder / f"{name}.log", "ab")
    try:
        process = subprocess.Popen(
            request["command"], cwd=folder, env=os.environ | request["environment"], stdin=subprocess.DEVNULL, stdout=log, stderr=log,
            process_group=0, preexec_fn=lambda: prctl(PR_SET_PDEATHSIG, signal.SIGKILL),
        )
    except OSError as error:
        log.write(f"{error}\n".encode())
        exited(folder, name, 127)
        return
    finally:
        log.close()
    processes[name] = process
    threading.Thread(target=lambda: exited(folder, name, process.wait()), daemon=True).start()


def exited(folder, name, status):
    with writing:  # Never again released once the folder is to be removed.
        draft = folder / f"{name}.exit.draft"
        draft.write_text(str(status))
        draft.rename(folder / f"{name}.exit")


def children():
    """The processes whose parent this is: as a subreaper, it inherits those whose own parent has gone."""
    found = []
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            try:
                stat = pathlib.Path("/proc", entry, "stat").read_text()
            except OSError:
                continue
            state, parent = stat.rpartition(")")[2].split()[:2]
            if int(parent) == os.getpid() and state not in "ZX":
                found.append(int(entry))
    return found


def main():
    folder = pathlib.Path(sys.argv[1])
    for number in (signal.SIGINT, signal.SIGHUP, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)  # The test's end is what counts, and it closes standard input.
    prctl(PR_SET_CHILD_SUBREAPER, 1)
    processes = {}
    try:
        for line in sys.stdin:
            request = json.loads(line)
            if "start" in request:
                start(folder, request, processes)
            else:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(processes[request["end"]].pid, signal.SIGKILL)
    finally:
        writing.acquire()
        while running := children():
            for process in running:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(process, signal.SIGKILL)
            time.sleep(0.005)
        shutil.rmtree(folder, ignore_errors=True)


main()
