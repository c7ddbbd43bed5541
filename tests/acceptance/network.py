"""Every connection that a whole refresh attempts, by strace: only loopback may be there.

Needs strace (apt-get install strace).
"""

import re
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path

from synthetic import invent
from tests.support.command import COMMAND, PUBLISHED

LOOPBACK = re.compile(r'sin_addr=inet_addr\("127\.|inet_pton\(AF_INET6, "::1"')
CALLS = "connect,sendto,sendmsg,sendmmsg,bind,listen"


def main() -> int:
    strace = shutil.which("strace")
    if strace is None:
        print("strace is not installed, so nothing was proved; apt-get install strace")
        return 1
    with tempfile.TemporaryDirectory(prefix="network-") as folder:
        base = Path(folder)
        invent(1, ["2025-02", "2025-03"], 30, 1, base)
        where = ("--raw", base / "raw", "--reference", base / "reference", "--release", base / "release")
        seen = base / "seen"
        # only these calls stop the traced process: stopped at each one, a refresh takes ten times as long
        watch = ("-f", "--seccomp-bpf", "-qq", "-e", f"trace={CALLS}", "-e", "signal=none")
        traced = [strace, *watch, "-o", seen, COMMAND, "refresh", *where]
        ended = subprocess.run([str(word) for word in traced], capture_output=True, text=True, check=False)
        lines = [
            line for line in seen.read_text(errors="replace").splitlines() if "sa_family=AF_INET" in line
        ]
    print(f"  refresh ended with {ended.returncode}")
    outside = [line for line in lines if not LOOPBACK.search(line)]
    calls = Counter(re.sub(r"^\d+ +", "", line).split("(")[0] for line in lines)
    print(f"  calls with an internet address: {sum(calls.values())} ({dict(calls) or 'none'})")
    print(f"  to anything but loopback: {len(outside)}")
    for line in outside[:10]:
        print(f"      {line}")
    return 1 if outside or ended.returncode not in PUBLISHED else 0


if __name__ == "__main__":
    sys.exit(main())
