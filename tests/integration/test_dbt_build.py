"""The parsed project, which every command reads."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from ingest.paths import DBT_PROJECT
from orchestration.runtime import dbt_build

PARSE_AGAIN = """
import sys
from pathlib import Path
from orchestration.runtime import dbt_build
dbt_build.MANIFEST = Path(sys.argv[1])
dbt_build.PARSED = dbt_build.MANIFEST.with_name(dbt_build.PARSED.name)
for _ in range(2):
    dbt_build._parse()
"""


@pytest.mark.pipeline
def test_two_processes_that_parse_at_once_never_leave_half_a_manifest(tmp_path: Path) -> None:
    manifest = tmp_path / "target" / "manifest.json"
    dbt_build.manifest_path()
    manifest.parent.mkdir()
    for place in (dbt_build.MANIFEST, dbt_build.PARSED):
        shutil.copyfile(place, manifest.with_name(place.name))
    parsing = [
        subprocess.Popen([sys.executable, "-c", PARSE_AGAIN, str(manifest)], cwd=DBT_PROJECT.parent)
        for _ in range(2)
    ]
    read = 0
    while any(process.poll() is None for process in parsing):
        assert json.loads(manifest.read_text(encoding="utf-8"))["nodes"]
        read += 1

    assert [process.returncode for process in parsing] == [0, 0]
    assert read > 0
    assert sorted(path.name for path in manifest.parent.iterdir()) == [
        "manifest.json",
        "partial_parse.msgpack",
    ]
