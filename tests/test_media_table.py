"""The page about media says just what tests check."""

from pathlib import Path

import media_table
import pytest
from media_table import Row, media


def test_the_page_has_the_rows_of_the_marks(request: pytest.FixtureRequest) -> None:
    collected = {Path(path) for path in request.config.stash[media_table.COLLECTED]}
    tests = Path(__file__).parent
    sources = {path: path.read_text(encoding="utf-8") for path in tests.rglob("test_*.py")}
    marked = {path for path, source in sources.items() if "from media_table import" in source}
    if not marked <= collected:
        pytest.skip("only some of the marked tests were collected")
    rows = request.config.stash[media_table.ROWS]
    assert media_table.PAGE.read_text(encoding="utf-8") == media_table.page(rows), (
        "run pytest tests -m media --record-media"
    )


def test_a_kind_is_counted_once_and_a_row_says_what_was_not_checked() -> None:
    rows = [Row("stills", "PNG", "size", "Pillow"), Row("stills", "PNG", "pixels", "Pillow", "Pillow")]
    assert media_table.table(rows) == (
        "### Stills: 1 kinds\n\n| kind | what was checked | read, against | written, against |\n|---|---|---|---|\n"
        "| PNG | pixels | Pillow | Pillow |\n| PNG | size | Pillow | – |\n"
    )


def test_a_mark_says_against_what() -> None:
    with pytest.raises(ValueError, match="against what"):
        media("stills", "PNG", "pixels")
