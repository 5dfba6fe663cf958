"""Science that two or more stages share: pure functions in SI units.

Compiled kernels are cached in a folder named by the hash of these sources: numba itself does not see when a kernel
that another one calls has changed, and a stale kernel would break equal bytes for equal inputs.
"""

import os
import tempfile
from hashlib import sha256
from pathlib import Path

_HERE = Path(__file__).parent


def kernel_cache() -> Path:
    """Return the folder for compiled kernels that belongs to the sources as they are."""
    digest = sha256(b"".join(file.read_bytes() for file in sorted(_HERE.glob("*.py")))).hexdigest()[:16]
    home = _HERE / "__pycache__"
    home.mkdir(exist_ok=True) if os.access(_HERE, os.W_OK) else None
    root = home if os.access(home, os.W_OK) else Path(tempfile.gettempdir())
    return root / f"filmtwin-kernels-{digest}"


os.environ.setdefault("NUMBA_CACHE_DIR", str(kernel_cache()))
