"""Netpbm's pictures (Poskanzer, 1988): PBM, PGM, PPM and PNM, as scientific programs write them."""

from reelwork_formats.by_pillow import PillowReader


class NetpbmReader(PillowReader):
    """Reads PBM, PGM and PPM; more than 8 bits of colour become 8."""

    name, form, suffixes = "netpbm", "PPM", (".pbm", ".pgm", ".ppm", ".pnm")
