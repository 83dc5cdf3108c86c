"""Icons of Windows: of the sizes that a file holds, the largest."""

from reelwork_formats.by_pillow import PillowReader


class IconReader(PillowReader):
    """Reads icons."""

    name, form, suffixes = "icon", "ICO", (".ico",)
