"""Runs a notebook on its kernel: run.py IN OUT FOLDER SECONDS_PER_CELL.

Tells on stdout, one JSON object a line, what happens.
"""
import glob
import json
import os
import shutil
import signal
import sys
import threading

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError


def tell(**event):
    print(json.dumps(event), flush=True)


def end_with_launcher():
    """Cleans up when stdin closes, for then the launcher was killed and cannot."""
    sys.stdin.read()
    mark = b"SGDESCAPE_GROUP=" + os.environb[b"SGDESCAPE_GROUP"]
    for path in glob.glob("/proc/[0-9]*/environ"):
        pid = int(path.split("/")[2])
        try:
            with open(path, "rb") as f:
                if pid != os.getpid() and mark in f.read():
                    os.kill(pid, signal.SIGKILL)
        except OSError:
            pass  # another user's, or gone
    shutil.rmtree(os.environ["TMPDIR"], ignore_errors=True)
    os.kill(os.getpid(), signal.SIGTERM)


def clean(nb):
    """Leaves nothing in the notebook that differs from run to run, but for what the cells compute."""
    nb.metadata = nbformat.from_dict({
        "kernelspec": {"display_name": "Go (gonb)", "language": "go", "name": "gonb"},
        "language_info": {"name": "go", "file_extension": ".go", "mimetype": "text/x-go",
                          "codemirror_mode": "", "nbconvert_exporter": "", "pygments_lexer": "go"},
    })
    for cell in nb.cells:
        cell.metadata.pop("execution", None)
        if cell.cell_type == "code":
            cell.outputs = [] if is_machinery(cell.source) else in_order(cell.outputs)


def is_machinery(source):
    """Whether a cell only speaks to the kernel: the answers name folders of this machine."""
    return all(line.startswith(("%", "!", "//")) for line in source.splitlines() if line.strip())


def in_order(outputs):
    """Printed text first: the kernel sends text and drawings over different channels, so their order varies from run to run."""
    streams = {}
    for o in outputs:
        if o.output_type == "stream":
            streams.setdefault(o.name, []).append(o.text)
    texts = [nbformat.v4.new_output("stream", name=name, text="".join(streams[name])) for name in sorted(streams, reverse=True)]
    return texts + [o for o in outputs if o.output_type != "stream"]


def main(source, target, folder, seconds):
    nb = nbformat.read(source, as_version=4)
    code = [i for i, c in enumerate(nb.cells) if c.cell_type == "code" and c.source.strip()]
    tell(event="notebook", cells=len(code))
    at = None

    def on_cell_start(cell, cell_index):
        nonlocal at
        if cell_index in code:
            at = code.index(cell_index)
            tell(event="cell", cell=at + 1)

    def fail(what, message):
        cell = nb.cells[code[at]] if at is not None else None
        tell(event="failure", what=what, message=message, cell=0 if cell is None else at + 1,
             source="" if cell is None else cell.source, outputs=[] if cell is None else cell.outputs)
        sys.exit(1)

    client = NotebookClient(nb, kernel_name="gonb", timeout=int(seconds), startup_timeout=60, iopub_timeout=60,
                            shutdown_kernel="immediate", record_timing=False, on_cell_start=on_cell_start,
                            resources={"metadata": {"path": folder}})
    threading.Thread(target=end_with_launcher, daemon=True).start()
    try:
        client.execute()
    except CellExecutionError as err:
        fail("error", str(err.evalue))
    except CellTimeoutError:
        fail("timeout", f"the cell was still running after {seconds} s, the time that --timeout gives to a cell")
    except DeadKernelError:
        fail("death", "the kernel died")
    except RuntimeError as err:
        fail("death", f"the kernel did not start: {err}")
    clean(nb)
    nbformat.write(nb, target)
    tell(event="done")


main(*sys.argv[1:])
