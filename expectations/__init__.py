"""What is expected of returns, measures and marts, and what follows where it does not hold.

SQL measures: a count over a count, by authority, return and field. The suites hold the bounds. Great
Expectations judges, and its result is what holds a figure back.
"""

import os

os.environ["GX_ANALYTICS_ENABLED"] = "false"  # read when great_expectations is first imported
