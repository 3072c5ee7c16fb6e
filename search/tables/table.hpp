// SPDX-License-Identifier: Apache-2.0
// A lookup table: a node of the network.
#pragma once

#include "../common/network.hpp"

constexpr int kMostInputs = 6;  // a truth table is one word

struct Table {
    static constexpr int kBlock = 8;  // the compiler makes the best of it

    std::vector<int> sources;
    Word truth = 0;  // bit i is the result if source k is bit k of i
    bool alive = true;

    bool read(FILE *file);
    void write(FILE *file) const { fprintf(file, " %llx\n", (unsigned long long)truth); }
    void evaluate(const std::vector<const Word *> &rows, int words, Word *result) const;
    void fix(size_t k, bool value);
    void read_instead(size_t k, int line, bool inverted);
};
