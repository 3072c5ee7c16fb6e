// SPDX-License-Identifier: Apache-2.0
// A random walk through networks of lookup tables that compute the same, towards fewer tables.
//
// It is the walk of `search/optimiser` with tables in place of neurons: a table of new sources need
// only tell apart what the outputs tell apart, and any function of them will do. So there is no
// fitting, and there are more changes to choose from.
#pragma once

#include "network.hpp"

struct Settings {
    int fan_in;          // inputs of a table
    long visits;         // when to stop
    int max_depth;       // never deeper than this
    double temperature;  // how readily a change for the worse is accepted
    int slack;           // how many tables more than the best the walk may have by doubling
    double depth_cost;   // cost of a level on a longest path; 0 if only tables count
};

class Walk {
public:
    Walk(Network &network, const Settings &settings, Random &random);
    // Visit a table chosen at random. True if the network has changed.
    bool step(int best);

private:
    struct Pair {
        int plus, minus;  // patterns on which the table gives 1, and 0
    };
    struct Mask {
        uint64_t low = 0, high = 0;  // which witnesses a line tells apart
        Mask operator|(const Mask &o) const { return {low | o.low, high | o.high}; }
        bool operator==(const Mask &o) const { return low == o.low && high == o.high; }
    };

    bool duplicate(int node);
    bool remove_constant(int node);
    bool substitute(int node);
    bool rewire(int node);
    std::vector<int> drop(int node, int count);
    std::vector<Pair> witnesses(int node, const std::vector<int> &kept);
    std::vector<std::vector<int>> sets(
        const std::vector<Mask> &masks, const Mask &all, int size);
    bool tabulate(const std::vector<int> &sources, std::vector<unsigned char> &demands);
    Table simplest(std::vector<int> sources, std::vector<unsigned char> demands);
    double energy_of(int node, const std::vector<int> &sources);
    bool value(int node, int pattern) const {
        return net_.values[node][pattern >> 6] >> (pattern & 63) & 1;
    }

    Network &net_;
    Settings settings_;
    Random &random_;
    Row care_, fire_, rest_;
    std::vector<char> dependent_;
    std::vector<int> candidates_, care_words_, shuffled_;
    std::vector<double> popularity_;
};
