"""DirectDraw surfaces, as games keep their textures: the largest picture of a file."""

from reelwork_formats.by_pillow import PillowReader


class DdsReader(PillowReader):
    """Reads DirectDraw surfaces, compressed as BC1 to BC7 or not at all."""

    name, form, suffixes = "dds", "DDS", (".dds",)
