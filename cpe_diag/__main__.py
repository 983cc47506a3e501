"""`python -m cpe_diag` is the same as `cpe-diag`."""

from cpe_diag.cli import main

main(prog_name="cpe-diag")
