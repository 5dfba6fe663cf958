"""The guide to bare lines does what it says."""

from guide import printed


def test_every_block_of_the_guide_prints_what_the_guide_says() -> None:
    """The blocks of the guide run as they stand, and print the text under them."""
    pairs = printed("build-a-bare-line.md")
    assert len(pairs) >= 10
    assert [actual for _, actual in pairs] == [expected for expected, _ in pairs]
