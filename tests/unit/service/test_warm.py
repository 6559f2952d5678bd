"""What the fork server loads for all workers."""

from __future__ import annotations

import subprocess
import sys


def test_workers_inherit_what_is_slow_to_load() -> None:
    code = (
        "import sys, adapter.service.warm;"
        "print(sorted({'holidays', 'adapter.wire.epikrise', 'adapter.wire.henvisning1'} & set(sys.modules)))"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert ran.stdout.strip() == "['adapter.wire.epikrise', 'adapter.wire.henvisning1', 'holidays']"
