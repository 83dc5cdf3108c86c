"""Exchange with the field: editors' timelines and layered pictures become scenes, and scenes become timelines."""
