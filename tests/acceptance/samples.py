"""make acceptance SUITE=samples: what make prove-samples proves; its home is tests/prove/samples.py."""

import sys

from tests.prove.samples import main

if __name__ == "__main__":
    sys.exit(main())
