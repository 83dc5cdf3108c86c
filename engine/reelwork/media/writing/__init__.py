"""Writing: frames and samples go in, stills, films and sound files come out, the same bytes on every machine."""
