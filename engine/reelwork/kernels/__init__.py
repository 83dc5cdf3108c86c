"""Kernels: functions over arrays that numba compiles; ``kernel`` marks one. Importing this loads no numba."""

from reelwork.kernels.decorator import Kernel, kernel

__all__ = ["Kernel", "kernel"]
