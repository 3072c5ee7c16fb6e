// SPDX-License-Identifier: Apache-2.0
// A random walk through networks that compute the same, towards fewer neurons or less depth.
//
// One visit to a neuron n:
//   1. Flip n on every pattern and see on which of them an output changes: the care set of n.
//      Elsewhere n may do as it likes.
//   2. If n is constant on the care set, or another line or its complement equals it there, n goes.
//   3. Else give up some sources of n and look for others, so that some neuron within the limits
//      still equals n on the care set. Witnesses make this fast: pairs of patterns which n tells
//      apart and the kept sources do not. The new sources must tell each pair apart, which takes
//      one OR of machine words for a set of candidates. Only survivors get a truth table.
// A change that saves nothing is accepted by the rule of Metropolis: lines that have many readers
// are cheap to read, so that popular lines become more popular and others lose their last reader.
// Now and then a neuron is doubled, which gives each copy a smaller care set.
#pragma once

#include "fit.hpp"
#include "network.hpp"

struct Settings {
    Limits limits;
    long visits;         // when to stop
    int max_depth;       // never deeper than this
    double temperature;  // how readily a change for the worse is accepted
    int slack;           // how many neurons more than the best the walk may have by doubling
    double depth_cost;   // cost of a level on a longest path; 0 if only neurons count
};

class Walk {
public:
    Walk(Network &network, const Settings &settings, Random &random);
    // Visit a neuron chosen at random. True if the network has changed.
    bool step(int best);

private:
    struct Pair {
        int plus, minus;  // patterns on which n fires, and does not
    };
    struct Mask {
        uint64_t low = 0, high = 0;  // which witnesses a line tells apart
        Mask operator|(const Mask &o) const { return {low | o.low, high | o.high}; }
        bool operator==(const Mask &o) const { return low == o.low && high == o.high; }
    };

    bool duplicate(int node);
    bool remove_constant(int node);
    bool substitute(int node);
    void replace(int node, int other, bool inverted);
    bool rewire(int node);
    std::vector<int> drop(int node, int count);
    std::vector<Pair> witnesses(int node, const std::vector<int> &kept);
    std::vector<std::vector<int>> sets(
        const std::vector<Mask> &masks, const Mask &all, int size);
    bool tabulate(const std::vector<int> &sources, std::vector<unsigned char> &demands);
    double energy_of(int node, const std::vector<int> &sources);
    bool value(int node, int pattern) const {
        return net_.values[node][pattern >> 6] >> (pattern & 63) & 1;
    }

    Network &net_;
    Settings settings_;
    Random &random_;
    Fitter fitter_;
    Row care_, fire_, rest_;
    std::vector<char> dependent_;
    std::vector<int> candidates_, care_words_, shuffled_;
    std::vector<double> popularity_;
};
