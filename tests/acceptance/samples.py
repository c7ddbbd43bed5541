"""make acceptance SUITE=samples: returns that others wrote, each through a refresh of its own.

Floor: each ends in a release that gives figures; what was refused or held says why.
"""

import shutil
import sys

from tests.acceptance.worlds import GIVEN, ask, refreshed, shared, show_held, workshop
from tests.pipeline.command import PUBLISHED
from tests.prove.samples import SENT


def main() -> int:
    samples, poor = shared("samples"), []
    for sample, (month, la_code) in SENT.items():
        with workshop() as base:
            folder = base / "raw" / month / la_code
            folder.mkdir(parents=True)
            (base / "reference").mkdir()
            source = samples / sample
            for file in sorted(source.glob("*")) if source.is_dir() else [source]:
                shutil.copyfile(file, folder / file.name)
            places, ended = refreshed(base, base / "raw", base / "reference")
            print(f"{sample}: exit {ended.returncode}")
            if ended.returncode not in PUBLISHED:
                print(f"  {ended.stderr.splitlines()[-3:]}")
                poor.append(sample)
                continue
            show_held(places)
            for file, reason in ask(places, "select file, reason from rpt_files_left_out order by file"):
                print(f"  not taken  {file}: {reason}")
            [(given, held)] = ask(
                places,
                f"""
                select count(*) filter (where value_status in {GIVEN}),
                    count(*) filter (where value_status = 'withheld')
                from fct_indicator_values where breakdown_type = 'all'
                """,
            )
            print(f"  figures given {given}, held {held}")
            if not given:
                poor.append(sample)
    print(f"samples without a figure: {', '.join(poor) or 'none'}")
    return 1 if poor else 0


if __name__ == "__main__":
    sys.exit(main())
