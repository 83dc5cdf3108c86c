"""Media: files of pictures and sound go in and come out; in its folders, each kind of them, and what is written."""
