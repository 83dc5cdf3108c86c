"""Sound: what a composition sounds like, as data, and mixing it to blocks of samples."""
