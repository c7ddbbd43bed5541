"""The tests, and the key they land with: drawn anew for each process, as `line-of-sight key new` would."""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

from ingest.privacy.key_file import KEY_FILE, new_key

if KEY_FILE not in os.environ:
    _folder = Path(tempfile.mkdtemp(prefix="line-of-sight-key-"))
    new_key(_folder / "key")
    os.environ[KEY_FILE] = str(_folder / "key")
    atexit.register(shutil.rmtree, _folder, ignore_errors=True)
