// SPDX-License-Identifier: Apache-2.0
// A threshold neuron: a node of the network.
#pragma once

#include "../common/network.hpp"

struct Neuron {
    static constexpr int kBlock = 4;

    std::vector<int> sources;
    std::vector<int> weights;
    int threshold = 0;
    bool alive = true;

    bool read(FILE *file);
    void write(FILE *file) const;
    void evaluate(const std::vector<const Word *> &rows, int words, Word *result) const;
    void fix(size_t k, bool value);
    void read_instead(size_t k, int line, bool inverted);

private:
    void erase(size_t k);
};

struct Limits {
    int fan_in;
    int weight;

    bool allow(const Neuron &neuron) const {
        if ((int)neuron.sources.size() > fan_in) return false;
        for (int w : neuron.weights)
            if (w > weight || w < -weight) return false;
        return true;
    }
};
