// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

// Random numbers that are the same everywhere (xoroshiro128+).
class Random {
public:
    Random(uint64_t first, uint64_t second) : first_(first), second_(second) {}
    uint64_t next() {
        auto rotate = [](uint64_t x, int k) { return (x << k) | (x >> (64 - k)); };
        uint64_t a = first_, b = second_ ^ a, result = a + second_;
        first_ = rotate(a, 24) ^ b ^ (b << 16);
        second_ = rotate(b, 37);
        return result;
    }
    int below(int limit) { return (int)(((next() >> 32) * (uint64_t)limit) >> 32); }
    double fraction() { return (next() >> 11) * (1.0 / 9007199254740992.0); }

private:
    uint64_t first_, second_;
};
