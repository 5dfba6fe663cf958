"""Work that ends its process as the system does that has no memory left."""

import os
import signal


def die(_said: object) -> None:
    """End this process at once."""
    os.kill(os.getpid(), signal.SIGKILL)
