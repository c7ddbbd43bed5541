"""What every command loads, loaded once: a process that has imported this forks the commands of the tests."""

import expectations.context
import expectations.gate
import orchestration.refresh  # noqa: F401
from orchestration.definitions import defs

defs.resolve_job_def("refresh")
