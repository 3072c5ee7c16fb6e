// SPDX-License-Identifier: Apache-2.0
// Weights for a neuron that must fire on some rows of a truth table and must not on others.
#pragma once

#include <cstdint>
#include <vector>

#include "network.hpp"

// Random numbers that are the same everywhere (xoroshiro128+).
class Random {
public:
    explicit Random(uint64_t seed);
    uint64_t next();
    int below(int limit) { return (int)(((next() >> 32) * (uint64_t)limit) >> 32); }
    double fraction() { return (next() >> 11) * (1.0 / 9007199254740992.0); }

private:
    uint64_t state_[2];
};

// What a neuron has to do for one combination of its sources.
enum Demand : unsigned char { kFree = 0, kFire = 1, kRest = 2, kConflict = 3 };

class Fitter {
public:
    Fitter(const Limits &limits, Random &random);
    // Find weights and threshold for a demand for each combination of `neuron.sources`. The weights
    // that `neuron` has are where the search begins. Sources without effect are dropped.
    bool fit(const std::vector<unsigned char> &demands, Neuron &neuron);

private:
    struct Function {
        uint32_t table;
        std::vector<int> weights;
        int threshold;
    };

    bool look_up(const std::vector<unsigned char> &demands, Neuron &neuron);
    bool learn(const std::vector<unsigned char> &demands, Neuron &neuron);

    Limits limits_;
    Random &random_;
    std::vector<std::vector<Function>> functions_;  // by fan-in, simplest first
};
