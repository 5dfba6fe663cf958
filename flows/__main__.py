"""`python -m flows '{"scenario": "baseline"}'`: run the flow `run_scenario` and show its result.

Worker processes read this file too, so everything else is imported when the flow starts.
"""

import sys

if __name__ == "__main__":
    from flows.terminal import main

    sys.exit(main(sys.argv[1:]))
