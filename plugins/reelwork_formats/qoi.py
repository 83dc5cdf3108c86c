"""QOI, the Quite OK Image format (qoiformat.org): as small as PNG, and much quicker to write."""

from reelwork_formats.by_pillow import PillowReader, PillowWriter


class QoiReader(PillowReader):
    """Reads QOI."""

    name, form, suffixes = "qoi", "QOI", (".qoi",)


class QoiWriter(PillowWriter):
    """Writes QOI."""

    name, form, suffixes = "qoi", "QOI", (".qoi",)
