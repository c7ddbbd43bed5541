"""Returns damaged as they are in life, judged by ../shared/field.

Floor: no figure wrong, and no right one held back, in any case.
"""

import os
import re
import subprocess
import sys

from tests.support.acceptance_worlds import refreshed, shared, show_held, workshop
from tests.support.command import PUBLISHED, line_of_sight


def main() -> int:
    judge = shared("field") / "field.py"
    seed = os.environ.get("SEED", "7")
    with workshop() as base:
        made = line_of_sight(
            "generate", "--authorities", "25", "--months", "2025-01..2025-03", "--seed", seed, "--jobs", "2",
            "--out", str(base / "sound"),
        )  # fmt: skip
        assert made.returncode == 0, made.stderr
        told = [sys.executable, str(judge), "damage", str(base / "sound" / "raw"), str(base / "tried")]
        subprocess.run(told, check=True)
        sound, ended = refreshed(base / "of_sound", base / "sound" / "raw", base / "sound" / "reference")
        print(f"sound world: exit {ended.returncode}")
        assert ended.returncode in PUBLISHED, ended.stderr
        show_held(sound)
        tried, ended = refreshed(base / "of_tried", base / "tried" / "raw", base / "sound" / "reference")
        print(f"damaged world: exit {ended.returncode}")
        assert ended.returncode in PUBLISHED, ended.stderr
        marts = [str(places.current / "marts.duckdb") for places in (sound, tried)]
        cases = str(base / "tried" / "cases.json")
        judged = subprocess.run(
            [sys.executable, str(judge), "judge", cases, *marts], capture_output=True, text=True, check=False
        )
    print(judged.stdout + judged.stderr)
    lines = judged.stdout.splitlines()
    wrong = [line for line in lines if re.search(r"  wrong \d", line)]
    back = {line.split()[0] for line in lines if re.search(r"  held back \d", line)}
    print(f"authorities with a wrong figure: {len(wrong)}; with right ones held back: {len(back)}")
    return 1 if wrong or back or not lines else 0


if __name__ == "__main__":
    sys.exit(main())
