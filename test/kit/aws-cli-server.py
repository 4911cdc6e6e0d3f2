"""Runs many command lines of the real AWS CLI without importing it anew for each: a process forks off for every one of them.

In, one JSON object a line: {"id", "args", "env", "cwd"}. Out, one a line: first {"ready": version}, then, in the order in which
they end, {"id", "code", "stdout", "stderr"}; a command that a signal ended has a negative code. Ends with its input.
"""

import gc
import importlib
import json
import os
import signal
import sys
import tempfile

import awscli
import awscli.clidriver
import awscli.handlers  # noqa: F401  Most of the time of a start: all that the CLI adds to botocore.


def command(asked, out, err):
    """The forked process: what `aws` does, as if started with these arguments, this environment, this folder. Never returns."""
    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(out.fileno(), 1)
    os.dup2(err.fileno(), 2)
    code = 255
    try:
        os.environ.clear()
        os.environ.update(asked["env"])
        # Its module adds the folder of its own data to the environment.
        importlib.reload(awscli)
        if asked.get("cwd") is not None:
            os.chdir(asked["cwd"])
        sys.argv = ["aws", *asked["args"]]
        code = awscli.clidriver.main()
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else 0 if end.code is None else 1
    except BaseException:
        sys.excepthook(*sys.exc_info())
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code or 0)


def tell(answer):
    os.write(1, (json.dumps(answer) + "\n").encode())


def text(file):
    file.seek(0)
    content = file.read().decode("utf-8", "replace")
    file.close()
    return content


def main():
    running = {}

    def reap():
        while running:
            pid, status = os.waitpid(-1, os.WNOHANG)
            if pid == 0:
                return
            number, out, err = running.pop(pid)
            tell({"id": number, "code": os.waitstatus_to_exitcode(status), "stdout": text(out), "stderr": text(err)})

    def start(asked):
        out, err = tempfile.TemporaryFile(), tempfile.TemporaryFile()
        pid = os.fork()
        if pid == 0:
            command(asked, out, err)
        running[pid] = (asked["id"], out, err)

    bell, rung = os.pipe()
    os.set_blocking(rung, False)
    signal.set_wakeup_fd(rung)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    gc.freeze()
    tell({"ready": awscli.__version__})
    serve(bell, start, reap)


def serve(bell, start, reap):
    import select

    rest = b""
    while True:
        ready, _, _ = select.select([0, bell], [], [])
        if bell in ready:
            os.read(bell, 4096)
            reap()
        if 0 in ready:
            chunk = os.read(0, 65536)
            if chunk == b"":
                return
            *lines, rest = (rest + chunk).split(b"\n")
            for line in lines:
                start(json.loads(line))


if __name__ == "__main__":
    main()
