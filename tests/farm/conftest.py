from pretending import pretended_renderer

__all__ = ["pretended_renderer"]
