"""A sound world of two authorities by another hand, with ordinary blemishes.

Floor: 99 % of the figures that its returns can answer are given, and each that is held says on what ground.
"""

import sys
import tarfile

from tests.support.acceptance_worlds import GIVEN, ask, refreshed, shared, show_held, workshop
from tests.support.command import PUBLISHED

FLOOR = 0.99


def main() -> int:
    packed = shared("field/another_hand.tar.gz")
    with workshop() as base:
        with tarfile.open(packed) as archive:
            archive.extractall(base / "world", filter="data")
        places, ended = refreshed(base, base / "world" / "raw", base / "world" / "reference")
        print(f"exit {ended.returncode}: {ended.stdout.splitlines()[-1] if ended.stdout else ended.stderr}")
        assert ended.returncode in PUBLISHED, ended.stderr
        show_held(places)
        [(given, held, unnamed)] = ask(
            places,
            f"""
            select
                count(*) filter (where value_status in {GIVEN}),
                count(*) filter (where value_status = 'withheld'),
                count(*) filter (where value_status = 'withheld' and ground is null)
            from fct_indicator_values
            where breakdown_type = 'all'
            """,
        )
    share = given / (given + held)
    print(f"figures given {given}, held {held} ({unnamed} without a ground)")
    print(f"{share:.1%} given, floor {FLOOR:.0%}")
    return 0 if share >= FLOOR and not unnamed else 1


if __name__ == "__main__":
    sys.exit(main())
