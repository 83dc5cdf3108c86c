"""Moving pictures: which picture is shown when, and decoding that very one, in whatever order they are wanted."""
