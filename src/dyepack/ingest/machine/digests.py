"""SHA-256 and RIPEMD-160 as loops that compile; the tests hold them against the standard library.

numba widens 32-bit arithmetic to 64 bits, so every step is cut back with `U32`.
"""

import numpy as np

from dyepack.ingest.machine.compiled import Array, Number, compiled, inlined

U32 = np.uint32


def _roots(power: int, count: int) -> list[int]:
    """The standard's constants: 32 bits behind the point of the square or cube roots of the first primes."""
    primes = [n for n in range(2, 312) if all(n % d for d in range(2, int(n**0.5) + 1))][:count]
    return [_root(prime << 32 * power, power) & 0xFFFFFFFF for prime in primes]


def _root(number: int, power: int) -> int:
    low, high = 0, 1 << 40
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if middle**power <= number else (low, middle)
    return low


_K = np.array(_roots(3, 64), U32)
_START = np.array(_roots(2, 8), U32)
_PAD = U32(0x80000000)
ZERO = U32(0)


@inlined
def _turn(word: Number, n: Number) -> Number:
    return U32(U32(word >> U32(n)) | U32(word << U32(32 - n)))


@inlined
def _step(
    a: Number, b: Number, c: Number, d: Number, e: Number, f: Number, g: Number, h: Number, added: Number
) -> tuple[Number, Number]:
    """One of the 64 steps; the standard's letters."""
    t1 = U32(h + U32(_turn(e, 6) ^ _turn(e, 11) ^ _turn(e, 25)) + U32(g ^ (e & (f ^ g))) + added)
    t2 = U32(_turn(a, 2) ^ _turn(a, 13) ^ _turn(a, 22)) + U32((a & b) | (c & (a | b)))
    return U32(d + t1), U32(t1 + t2)


@compiled
def _mix(state: Array, w: Array) -> None:
    """One block of 16 words in `w` (which has room for 64) into the state."""
    for t in range(16, 64):
        x, y = w[t - 15], w[t - 2]
        s0 = _turn(x, 7) ^ _turn(x, 18) ^ U32(x >> U32(3))
        s1 = _turn(y, 17) ^ _turn(y, 19) ^ U32(y >> U32(10))
        w[t] = U32(w[t - 16] + s0 + w[t - 7] + s1)
    a, b, c, d = state[0], state[1], state[2], state[3]
    e, f, g, h = state[4], state[5], state[6], state[7]
    for t in range(
        0, 64, 8
    ):  # eight steps by hand: the words change names instead of places, which is four times as fast
        d, h = _step(a, b, c, d, e, f, g, h, U32(_K[t] + w[t]))
        c, g = _step(h, a, b, c, d, e, f, g, U32(_K[t + 1] + w[t + 1]))
        b, f = _step(g, h, a, b, c, d, e, f, U32(_K[t + 2] + w[t + 2]))
        a, e = _step(f, g, h, a, b, c, d, e, U32(_K[t + 3] + w[t + 3]))
        h, d = _step(e, f, g, h, a, b, c, d, U32(_K[t + 4] + w[t + 4]))
        g, c = _step(d, e, f, g, h, a, b, c, U32(_K[t + 5] + w[t + 5]))
        f, b = _step(c, d, e, f, g, h, a, b, U32(_K[t + 6] + w[t + 6]))
        e, a = _step(b, c, d, e, f, g, h, a, U32(_K[t + 7] + w[t + 7]))
    state[0] = U32(state[0] + a)
    state[1] = U32(state[1] + b)
    state[2] = U32(state[2] + c)
    state[3] = U32(state[3] + d)
    state[4] = U32(state[4] + e)
    state[5] = U32(state[5] + f)
    state[6] = U32(state[6] + g)
    state[7] = U32(state[7] + h)


@inlined
def _word(data: Array, at: Number) -> Number:
    return U32(
        U32(data[at]) << U32(24) | U32(data[at + 1]) << U32(16) | U32(data[at + 2]) << U32(8) | U32(data[at + 3])
    )


@compiled
def sha256(data: Array, start: Number, end: Number, room: Array) -> None:
    """SHA-256 of a span of bytes, as words 0 to 7 of `room`, which has 72 words."""
    state, w = room[:8], room[8:]
    state[:] = _START
    at = start
    while end - at >= 64:
        for t in range(16):
            w[t] = _word(data, at + 4 * t)
        _mix(state, w)
        at += 64
    w[:16] = ZERO
    for i in range(end - at):
        w[i >> 2] |= U32(U32(data[at + i]) << U32(24 - 8 * (i & 3)))
    i = end - at
    w[i >> 2] |= U32(U32(0x80) << U32(24 - 8 * (i & 3)))
    if i >= 56:
        _mix(state, w)
        w[:16] = ZERO
    bits = np.uint64(end - start) << np.uint64(3)
    w[14], w[15] = U32(bits >> np.uint64(32)), U32(bits)
    _mix(state, w)


@compiled
def sha256_twice(data: Array, start: Number, end: Number, room: Array) -> None:
    """SHA-256 of the SHA-256, which Bitcoin names things by; as words 0 to 7 of `room`."""
    sha256(data, start, end, room)
    state, w = room[:8], room[8:]
    w[:8] = state
    w[8] = _PAD
    w[9:15] = ZERO
    w[15] = U32(256)
    state[:] = _START
    _mix(state, w)


@compiled
def put_digest(room: Array, out: Array) -> None:
    """Words 0 to 7 as 32 bytes."""
    for i in range(32):
        out[i] = np.uint8(room[i >> 2] >> U32(24 - 8 * (i & 3)))


@compiled
def merkle(ids: Array, first: Number, count: Number, room: Array) -> Array:
    """The Merkle root of `count` ids from row `first` on, as 32 bytes; a level of odd length repeats its last."""
    level = ids[first : first + count].copy().reshape(count * 32)
    width = count
    while width > 1:
        half = (width + 1) // 2
        pair = np.empty(64, np.uint8)
        for i in range(half):
            right = min(2 * i + 1, width - 1)
            pair[:32] = level[64 * i : 64 * i + 32]
            pair[32:] = level[32 * right : 32 * right + 32]
            sha256_twice(pair, 0, 64, room)
            put_digest(room, level[32 * i : 32 * i + 32])
        width = half
    return level[:32].copy()


def _nibbles(digits: str) -> Array:
    return np.array([int(digit, 16) for digit in digits], np.int64)


_LEFT = _nibbles("0123456789abcdef74d1a6f3c0952eb83ae49f812706db5c19ba08c4d37fe56240597c2ae138b6fd")
_RIGHT = _nibbles("5e7092b4d6f81a3c6b370d5aef8c4912f5137e69b8c2a04d86413bf05c2d97aecfa4158762de039b")
_LEFT_TURN = _nibbles("befc5879bdef6798768db97f7cf9b7dcbd67e9dfe8d65c75bcefef989e56865c9f5b68dc5cdeb856")
_RIGHT_TURN = _nibbles("899bdff5778beec69df7c89b77c76fdb97fb866ecd5edd75f58bee6e69c9c5f885c9c5e68d65fdbb")
_LEFT_ADD = np.array([0, 0x5A827999, 0x6ED9EBA1, 0x8F1BBCDC, 0xA953FD4E], U32)
_RIGHT_ADD = np.array([0x50A28BE6, 0x5C4DD124, 0x6D703EF3, 0x7A6D76E9, 0], U32)
_RIPEMD_START = np.array([0x67452301, 0xEFCDAB89, 0x98BADCFE, 0x10325476, 0xC3D2E1F0], U32)


@compiled
def _chosen(step: Number, x: Number, y: Number, z: Number) -> Number:
    if step == 0:
        return U32(x ^ y ^ z)
    if step == 1:
        return U32((x & y) | (~x & z))
    if step == 2:
        return U32((x | ~y) ^ z)
    if step == 3:
        return U32((x & z) | (y & ~z))
    return U32(x ^ (y | ~z))


@compiled
def _line(w: Array, right: bool) -> Array:
    """One of the two lines of RIPEMD-160's only block; returns its five words."""
    s = _RIPEMD_START.copy()
    for t in range(80):
        step = t // 16
        if right:
            added = _chosen(4 - step, s[1], s[2], s[3]) + w[_RIGHT[t]] + _RIGHT_ADD[step]
            turned = _turn(U32(s[0] + added), 32 - _RIGHT_TURN[t])
        else:
            added = _chosen(step, s[1], s[2], s[3]) + w[_LEFT[t]] + _LEFT_ADD[step]
            turned = _turn(U32(s[0] + added), 32 - _LEFT_TURN[t])
        fresh = U32(turned + s[4])
        s[0], s[4], s[3], s[2], s[1] = s[4], s[3], _turn(s[2], 22), s[1], fresh
    return s


@compiled
def hash160(data: Array, start: Number, end: Number, out: Array) -> None:
    """RIPEMD-160 of the SHA-256 of a span of bytes, as 20 bytes: what an address says of a key."""
    room = np.empty(72, U32)
    sha256(data, start, end, room)
    w = np.zeros(16, U32)
    for i in range(32):
        w[i >> 2] |= U32(U32(np.uint8(room[i >> 2] >> U32(24 - 8 * (i & 3)))) << U32(8 * (i & 3)))
    w[8], w[14] = U32(0x80), U32(256)
    left, right = _line(w, False), _line(w, True)
    for i in range(5):
        word = U32(_RIPEMD_START[(i + 1) % 5] + left[(i + 2) % 5] + right[(i + 3) % 5])
        for j in range(4):
            out[4 * i + j] = np.uint8(word >> U32(8 * j))
