"""Targa (Truevision, 1984), which old programs and games still ask for."""

from reelwork_formats.by_pillow import PillowReader, PillowWriter


class TargaReader(PillowReader):
    """Reads Targa."""

    name, form, suffixes = "targa", "TGA", (".tga",)


class TargaWriter(PillowWriter):
    """Writes Targa."""

    name, form, suffixes = "targa", "TGA", (".tga",)
