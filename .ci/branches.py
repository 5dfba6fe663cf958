"""Judge branch coverage: the share of branches that tests take, without the lines that coverage counts with them.

`python .ci/branches.py 95 < coverage.json` prints the share and ends with 1 where it is below 95 %.
"""

import json
import sys

LEAST = float(sys.argv[1])

totals = json.load(sys.stdin)["totals"]
taken, there = totals["covered_branches"], totals["num_branches"]
if not there:
    sys.exit("error: no branch was measured. Run the tests under coverage with branch = true.")
share = 100.0 * taken / there
sys.stdout.write(f"branches taken: {share:.2f} % ({taken} of {there}); at least {LEAST:g} % are asked for\n")
sys.exit(share < LEAST)
