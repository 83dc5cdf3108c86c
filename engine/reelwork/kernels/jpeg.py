"""The entropy code of JPEG (ITU-T T.81, annexes F and G): bits go in, rows of coefficients come out, and the other way.

Coefficients lie in zigzag order, ``int16[block, 64]``. A scan's place in its bits is a row of numbers, so that several
scans of a picture can be read side by side, each as far as the same row of blocks.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from reelwork.kernels.arrays import Bytes, Int, Ints
from reelwork.kernels.decorator import kernel

I64 = np.int64
Coefficients = npt.NDArray[np.int16]

# What a scan's numbers are: the place and the end of its bytes; bits that were taken from there, how many these are
# and how many no byte holds; blocks that are known to end; units between restarts, until the next, and its number.
PLACE, END, HELD, COUNT, BEYOND, RUN, INTERVAL, LEFT, NUMBER, FAULT = range(10)
_LAST: Final = 10  # and the last DC of each of four components
STATE: Final = 14
# What is known of each component: its first block in a row of units, blocks from one line of these to the next, blocks
# of a unit across and down, blocks that there are across and down, and its tables.
OFFSET, STRIDE, ACROSS, DOWN, WIDTH, ROWS, DC, AC = range(8)
#: How coefficients are stored: all of a block at once, or some of their bits.
SEQUENTIAL, DC_FIRST, DC_MORE, AC_FIRST, AC_MORE = range(5)
# A table of codes: what the next nine bits say, then for each longer length its last code, and where its symbols are.
_LOOK, _ENDS, _FROM, _SYMBOLS = 0, 512, 530, 548
TABLE: Final = 804
_FIRST: Final = 9
_LONGEST: Final = 16
_MOST_DC, _MOST_AC = 11, 10


def codes_of(counts: bytes, symbols: bytes) -> Ints:
    """Each symbol's code and its length, ``[256, 2]``; of length 0 where it has none (T.81, C.2).

    :param counts: how many codes there are of each length from 1 to 16
    :raises ValueError: they are no codes
    """
    out, code, at = np.zeros((256, 2), np.int64), 0, 0
    for length, count in enumerate(counts, 1):
        if code + count > 1 << length:
            raise ValueError("a table of codes is damaged")
        for symbol in symbols[at : at + count]:
            out[symbol] = code, length
            code += 1
        at += count
        code <<= 1
    return out


def table_of(counts: bytes, symbols: bytes) -> Ints:
    """The numbers that kernels read codes by.

    :raises ValueError: they are no codes
    """
    out = np.zeros(TABLE, np.int64)
    out[_SYMBOLS : _SYMBOLS + len(symbols)] = list(symbols)
    codes_of(counts, symbols)
    code = at = 0
    for length, count in enumerate(counts, 1):
        out[_ENDS + length], out[_FROM + length] = (code + count - 1 if count else -1), at - code
        if length <= _FIRST:
            free = _FIRST - length
            for number, symbol in enumerate(symbols[at : at + count]):
                first = (code + number) << free
                out[first : first + (1 << free)] = length << 8 | symbol
        code, at = (code + count) << 1, at + count
    return out


@kernel
def next_marker(data: Bytes, place: Int) -> Int:
    """Where the bits of a scan end that are at a place: before any marker but a restart, or the end."""
    end = data.shape[0]
    while place + 1 < end:
        if data[place] == 0xFF:
            after = place + 1
            while after < end and data[after] == 0xFF:
                after += 1
            if after == end:
                return place
            kind = data[after]
            if kind != 0 and (kind < 0xD0 or kind > 0xD7):
                return place
            place = after
        place += 1
    return end


@kernel
def read_row(
    data: Bytes, state: Ints, parts: Ints, tables: Ints, mode: Int, first: Int, last: Int, low: Int, units: Int,
    out: Coefficients,
) -> None:  # fmt: skip
    """Read on in a scan, as far as one row of units. ``state[FAULT]`` says that its bits make no sense.

    :param parts: its components
    :param tables: of codes, as ``parts`` name them
    :param mode: how its coefficients are stored
    :param first: the first coefficient that it has bits of
    :param last: the last one
    :param low: how many lower bits are not in it
    :param units: how many units there are across, where it has several components
    """
    if parts.shape[0] == 1:
        part = parts[0]
        for row in range(part[ROWS]):
            for column in range(part[WIDTH]):
                _begin(data, state)
                block = part[OFFSET] + row * part[STRIDE] + column
                _read_block(data, state, 0, tables, part[DC], part[AC], mode, first, last, low, out, block)
                if state[COUNT] < state[BEYOND] or state[FAULT] != 0:
                    state[FAULT] = 1
                    return
        return
    for unit in range(units):
        _begin(data, state)
        for number in range(parts.shape[0]):
            dc, ac = parts[number, DC], parts[number, AC]
            for y in range(parts[number, DOWN]):
                for x in range(parts[number, ACROSS]):
                    block = parts[number, OFFSET] + y * parts[number, STRIDE] + unit * parts[number, ACROSS] + x
                    _read_block(data, state, number, tables, dc, ac, mode, first, last, low, out, block)
        if state[COUNT] < state[BEYOND] or state[FAULT] != 0:
            state[FAULT] = 1
            return


@kernel
def write_row(blocks: Coefficients, state: Ints, parts: Ints, dc: Ints, ac: Ints, units: Int, out: Bytes) -> Int:
    """Write a row of units in one scan of all components.

    :param state: bits that wait for the rest of their byte, how many they are, and the last DC of each component
    :param dc: codes, as of :func:`codes_of`
    :param out: room for ``420`` bytes a block
    :returns: how many bytes there are; -1 where a coefficient is larger than any of 8 bits
    """
    place = I64(0)
    for unit in range(units):
        for number in range(parts.shape[0]):
            for y in range(parts[number, DOWN]):
                for x in range(parts[number, ACROSS]):
                    block = parts[number, OFFSET] + y * parts[number, STRIDE] + unit * parts[number, ACROSS] + x
                    value = I64(blocks[block, 0]) - state[2 + number]
                    state[2 + number] = blocks[block, 0]
                    size = _size(value)
                    if size > _MOST_DC:
                        return I64(-1)
                    place = _put(state, dc[size, 0], dc[size, 1], out, place)
                    place = _put(state, value if value >= 0 else value + (1 << size) - 1, size, out, place)
                    zeros = 0
                    for k in range(1, 64):
                        value = I64(blocks[block, k])
                        if value == 0:
                            zeros += 1
                            continue
                        while zeros > 15:
                            place = _put(state, ac[0xF0, 0], ac[0xF0, 1], out, place)
                            zeros -= 16
                        size = _size(value)
                        if size > _MOST_AC:
                            return I64(-1)
                        code = zeros << 4 | size
                        place = _put(state, ac[code, 0], ac[code, 1], out, place)
                        place = _put(state, value if value > 0 else value + (1 << size) - 1, size, out, place)
                        zeros = 0
                    if zeros:
                        place = _put(state, ac[0, 0], ac[0, 1], out, place)
    return place


@kernel
def _size(value: Int) -> Int:
    """How many bits a number has without its sign."""
    rest, size = abs(value), I64(0)
    while rest:
        rest >>= 1
        size += 1
    return size


@kernel
def _put(state: Ints, value: Int, count: Int, out: Bytes, place: Int) -> Int:
    held, bits = state[0] << count | value, state[1] + count
    while bits >= 8:
        byte = held >> (bits - 8) & 0xFF
        out[place] = byte
        place += 1
        if byte == 0xFF:
            out[place] = 0
            place += 1
        bits -= 8
    state[0], state[1] = held & ((1 << bits) - 1), bits
    return place


@kernel
def _begin(data: Bytes, state: Ints) -> None:
    """Before each unit: what a restart says, where one is due."""
    if state[INTERVAL] == 0:
        return
    if state[LEFT] == 0:
        if not 0 <= state[COUNT] - state[BEYOND] < 8:
            state[FAULT] = 1
        place = state[PLACE]
        while place < state[END] and data[place] == 0xFF:
            place += 1
        if place >= state[END] or data[place] != 0xD0 + state[NUMBER]:
            state[FAULT] = 1
        state[PLACE], state[NUMBER] = place + 1, (state[NUMBER] + 1) & 7
        state[HELD] = state[COUNT] = state[BEYOND] = state[RUN] = 0
        state[_LAST:] = 0
        state[LEFT] = state[INTERVAL]
    state[LEFT] -= 1


@kernel
def _fill(data: Bytes, state: Ints) -> None:
    while state[COUNT] <= 40:
        place, byte = state[PLACE], I64(0)
        if place >= state[END] or (data[place] == 0xFF and (place + 1 >= state[END] or data[place + 1] != 0)):
            state[BEYOND] += 8
        else:
            byte = I64(data[place])
            state[PLACE] = place + (2 if byte == 0xFF else 1)
        state[HELD] = (state[HELD] & 0xFFFFFFFFFF) << 8 | byte
        state[COUNT] += 8


@kernel
def _bits(data: Bytes, state: Ints, count: Int) -> Int:
    if state[COUNT] < count:
        _fill(data, state)
    state[COUNT] -= count
    return state[HELD] >> state[COUNT] & ((1 << count) - 1)


@kernel
def _symbol(data: Bytes, state: Ints, tables: Ints, table: Int) -> Int:
    if state[COUNT] < _LONGEST:
        _fill(data, state)
    held, count = state[HELD], state[COUNT]
    found = tables[table, _LOOK + (held >> (count - _FIRST) & ((1 << _FIRST) - 1))]
    if found:
        state[COUNT] -= found >> 8
        return found & 0xFF
    for length in range(_FIRST + 1, _LONGEST + 1):
        code = held >> (count - length) & ((1 << length) - 1)
        if code <= tables[table, _ENDS + length]:
            state[COUNT] -= length
            return tables[table, _SYMBOLS + (code + tables[table, _FROM + length] & 0xFF)]
    state[FAULT] = 1
    return I64(0)


@kernel
def _signed(data: Bytes, state: Ints, size: Int) -> Int:
    """A number of so many bits (T.81, F.2.2.1)."""
    value = _bits(data, state, size)
    return value if value >> (size - 1) else value - (1 << size) + 1


@kernel
def _read_block(
    data: Bytes, state: Ints, number: Int, tables: Ints, dc: Int, ac: Int, mode: Int, first: Int, last: Int, low: Int,
    out: Coefficients, block: Int,
) -> None:  # fmt: skip
    if mode == AC_FIRST:
        _read_ac(data, state, tables, ac, first, last, low, out, block)
    elif mode == AC_MORE:
        _refine_ac(data, state, tables, ac, first, last, low, out, block)
    elif mode == DC_MORE:
        if _bits(data, state, 1):
            out[block, 0] |= 1 << low
    else:
        size = _symbol(data, state, tables, dc)
        if size > 16:
            state[FAULT] = 1
        elif size:
            state[_LAST + number] += _signed(data, state, size)
        out[block, 0] = state[_LAST + number] << low
        if mode == SEQUENTIAL:
            _read_ac(data, state, tables, ac, 1, 63, 0, out, block)
            state[RUN] = 0


@kernel
def _read_ac(
    data: Bytes, state: Ints, tables: Ints, table: Int, first: Int, last: Int, low: Int, out: Coefficients, block: Int
) -> None:
    """T.81, G.1.2.2; in a sequential scan, where no run is longer than its block, F.2.2.2."""
    if state[RUN] > 0:
        state[RUN] -= 1
        return
    k = first
    while k <= last:
        code = _symbol(data, state, tables, table)
        zeros, size = code >> 4, code & 15
        if size:
            k += zeros
            if k > last:
                state[FAULT] = 1
                return
            out[block, k] = _signed(data, state, size) << low
            k += 1
        elif zeros == 15:
            k += 16
        else:
            state[RUN] = (1 << zeros) - 1
            if zeros:
                state[RUN] += _bits(data, state, zeros)
            return


@kernel
def _refine_ac(
    data: Bytes, state: Ints, tables: Ints, table: Int, first: Int, last: Int, low: Int, out: Coefficients, block: Int
) -> None:
    """T.81, G.1.2.3."""
    k = first
    if state[RUN] == 0:
        while k <= last:
            code = _symbol(data, state, tables, table)
            zeros, value = code >> 4, I64(0)
            if code & 15:
                value = I64(1) << low
                if not _bits(data, state, 1):
                    value = -value
            elif zeros < 15:
                state[RUN] = 1 << zeros
                if zeros:
                    state[RUN] += _bits(data, state, zeros)
                break
            while k <= last:
                if out[block, k]:
                    _correct(data, state, low, out, block, k)
                elif zeros == 0:
                    break
                else:
                    zeros -= 1
                k += 1
            if value:
                if k > last:
                    state[FAULT] = 1
                    return
                out[block, k] = value
            k += 1
    if state[RUN] > 0:
        while k <= last:
            if out[block, k]:
                _correct(data, state, low, out, block, k)
            k += 1
        state[RUN] -= 1


@kernel
def _correct(data: Bytes, state: Ints, low: Int, out: Coefficients, block: Int, k: Int) -> None:
    if _bits(data, state, 1) and not abs(out[block, k]) >> low & 1:
        out[block, k] += (1 << low) if out[block, k] > 0 else -(1 << low)
