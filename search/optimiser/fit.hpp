// SPDX-License-Identifier: Apache-2.0
// Weights for a neuron that must fire on some rows of a truth table and must not on others.
#pragma once

#include "../common/walk.hpp"
#include "neuron.hpp"

class Fitter {
public:
    Fitter(const Limits &limits, Random &random);
    // Find weights and threshold for a demand for each combination of `neuron.sources`. The weights
    // that `neuron` has are where the search begins. Sources without effect are dropped.
    bool fit(const Demands &demands, Neuron &neuron);

private:
    struct Function {
        uint32_t table;
        std::vector<int> weights;
        int threshold;
    };

    bool look_up(const Demands &demands, Neuron &neuron);
    bool learn(const Demands &demands, Neuron &neuron);

    Limits limits_;
    Random &random_;
    std::vector<std::vector<Function>> functions_;  // by fan-in, simplest first
};
