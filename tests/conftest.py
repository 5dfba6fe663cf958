"""What tests of several folders share."""

import pytest


@pytest.fixture
def twin(capsys):
    """Run a command in this process; return exit code, stdout, stderr."""
    from twin.cli import main  # noqa: PLC0415 - tests without a command need none of it

    def run(*arguments: str) -> tuple[int, str, str]:
        code = main(list(arguments))
        told = capsys.readouterr()
        return code, told.out, told.err

    return run
