"""One benchmark by name, or the two that a change of any part should look at."""

import subprocess
import sys

if __name__ == "__main__":
    for suite in sys.argv[1:] or ("refresh", "front_ends"):
        subprocess.run([sys.executable, "-m", f"tests.benchmarks.{suite}"], check=True)
