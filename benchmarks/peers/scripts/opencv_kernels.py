"""Times one call of OpenCV's on four channels of float32: ``python opencv_kernels.py CASE SECONDS``."""

from __future__ import annotations

import json
import statistics
import sys
import time

import cv2
import numpy as np

cv2.setNumThreads(1)


def noise(width, height):
    return np.random.default_rng(0).random((height, width, 4), dtype=np.float32)


def called(case):
    what, _, how = case.partition(", ")
    if what == "Gaussian blur":
        source, sigma = noise(1920, 1080), float(how.removeprefix("sigma "))
        out = np.empty_like(source)
        return lambda: cv2.GaussianBlur(source, (0, 0), sigma, dst=out)
    if what == "turned and scaled":
        source = noise(1920, 1080)
        out = np.empty_like(source)
        matrix = cv2.getRotationMatrix2D((960, 540), -7, 1 / 0.9)
        flags = cv2.INTER_LINEAR if how == "bilinear" else cv2.INTER_CUBIC
        return lambda: cv2.warpAffine(source, matrix, (1920, 1080), dst=out, flags=flags)
    factor = float(what.removeprefix("shrunk by "))
    source = noise(round(1920 * factor), round(1080 * factor))
    out = np.empty((1080, 1920, 4), np.float32)
    return lambda: cv2.resize(source, (1920, 1080), dst=out, interpolation=cv2.INTER_AREA)


def main():
    call, seconds = called(sys.argv[1]), float(sys.argv[2])
    for _ in range(2):
        call()
    times = []
    while len(times) < 5 or sum(times) < seconds:
        begin = time.perf_counter()
        call()
        times.append(time.perf_counter() - begin)
    print(json.dumps(statistics.median(times)))


if __name__ == "__main__":
    main()
