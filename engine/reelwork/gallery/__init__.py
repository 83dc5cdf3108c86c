"""The gallery: pages of what plugins bring, in words, tables and pictures, written from the classes themselves.

``python -m reelwork.gallery docs/effects`` writes those of the built-in plugins, with ``--package NAME`` another
package's.
"""
