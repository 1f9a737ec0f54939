"""A storm over a whole cluster on this machine: 10,000 sockets are lost at once, and bystanders at another node watch.

    tools/storm.py [--sockets 10000] [--bystanders 200] [--only plain|tls|node] [--json results/storm.json]

Three nodes with Redis and PostgreSQL, new for each storm, and `foyer-load storm` straight at them: once plain, once
with TLS, once with a node that is killed in place of sockets that are cut. Exit status 1 when not all are back within
15 s, or the p99 of the bystanders passes 100 ms.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

from cluster import HOST, ROOT, Cluster, Part, Trouble

BACK_SECONDS = 15.0
P99_MILLISECONDS = 100.0
STORMS = ("plain", "tls", "node")
_NICENESS = 10


def load_binary() -> str:
    return os.environ.get("FOYER_LOAD_BIN", str(ROOT / ".build" / "release" / "foyer-load"))


def make_certificate(folder: Path) -> tuple[Path, Path]:
    certificate, key = folder / "storm.crt", folder / "storm.key"
    made = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    names = ["-subj", "/CN=localhost", "-addext", f"subjectAltName=IP:{HOST}", "-days", "2"]
    subprocess.run([*made, *names, "-out", certificate, "-keyout", key], check=True, capture_output=True)
    return certificate, key


def yield_to_others(part: Part) -> None:
    """The bystanders' node would have a machine of its own. Here all share this one, and the kernel gives the storm's
    side a tenth of what another wants, too (sched(7), autogroups; nice(1) where there are none). The database has no
    sides: what the storm asks of it, all feel."""
    try:
        Path(f"/proc/{part.pid}/autogroup").write_text(str(_NICENESS))
    except FileNotFoundError:
        for thread in Path(f"/proc/{part.pid}/task").iterdir():
            os.setpriority(os.PRIO_PROCESS, int(thread.name), _NICENESS)


def storm(kind: str, arguments: argparse.Namespace, folder: Path) -> dict:
    """The figures of one; raises Trouble where there are none."""
    cluster = Cluster(folder, nodes=3, web=arguments.web, has_balancer=False)
    figures = folder / "storm.json"
    with ExitStack() as stack:
        stack.callback(cluster.stop)
        if kind == "tls":
            tls = make_certificate(folder)
            for node in cluster.nodes:
                node.tls = tls
        cluster.start()
        for node in cluster.nodes[:-1]:
            yield_to_others(node)
        nodes = [part for node in cluster.nodes for part in ("--url", node.url)]
        if kind == "tls":
            nodes += ["--trust", str(tls[0])]
        demo = ["--demo", str(cluster.nodes[0].data / "demo.json")]
        sizes = ["--sockets", str(arguments.sockets), "--bystanders", str(arguments.bystanders)]
        options = ["--json", str(figures), "--cut", "node" if kind == "node" else "clients"]
        if arguments.history:
            options += ["--history", str(folder / "history.jsonl")]
        command = [load_binary(), "storm", *nodes, *demo, *sizes, *options]
        with subprocess.Popen(command, stdout=sys.stdout, stderr=subprocess.PIPE, text=True) as load:
            for line in load.stderr or []:
                print(line, end="", file=sys.stderr, flush=True)
                if "waiting for a node to die" in line:
                    cluster.nodes[0].kill()
        if not figures.exists():
            raise Trouble(f"the storm has not come to its end. {cluster.nodes[-1].last_words()}")
        if arguments.history:
            checked = subprocess.run([load_binary(), "check", str(folder / "history.jsonl")], check=False)
            if checked.returncode != 0:
                raise Trouble("a promise was broken in the storm")
        return {"kind": kind, **json.loads(figures.read_text())}


def is_kept(figures: dict) -> bool:
    back, p99 = figures.get("backSeconds"), figures["storm"]["sendToDelivered"]["p99Milliseconds"]
    return back is not None and back <= BACK_SECONDS and p99 <= P99_MILLISECONDS


def main() -> int:
    parser = argparse.ArgumentParser(description="Thousands of sockets are lost at once.")
    parser.add_argument("--sockets", type=int, default=10_000)
    parser.add_argument("--bystanders", type=int, default=200)
    parser.add_argument("--only", choices=STORMS, action="append", help="may be repeated; default: all")
    parser.add_argument("--history", action="store_true", help="hold every storm against the promises, too")
    parser.add_argument("--json", type=Path, default=ROOT / "results" / "storm.json")
    parser.add_argument("--web", type=Path, default=ROOT / "web")
    arguments = parser.parse_args()
    found = []
    for kind in arguments.only or STORMS:
        print(f"── {kind}", flush=True)
        with tempfile.TemporaryDirectory(prefix="foyer-storm-") as folder:
            try:
                found.append(storm(kind, arguments, Path(folder)))
            except Trouble as trouble:
                print(trouble, file=sys.stderr)
                return 1
        arguments.json.parent.mkdir(exist_ok=True)
        arguments.json.write_text(json.dumps(found, indent=1) + "\n")
    broken = [figures["kind"] for figures in found if not is_kept(figures)]
    if broken:
        print(f"Not within {BACK_SECONDS:.0f} s, or p99 above {P99_MILLISECONDS:.0f} ms: {', '.join(broken)}")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
