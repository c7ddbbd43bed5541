"""Whether a build may be published, and why not. Great Expectations judges counts, never a child's row."""

import os

os.environ["GX_ANALYTICS_ENABLED"] = "false"  # read when great_expectations is first imported
