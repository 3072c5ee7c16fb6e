// SPDX-License-Identifier: Apache-2.0
// A network of threshold neurons, simulated on every input pattern at once.
#pragma once

#include <cstdint>
#include <cstdio>
#include <string>
#include <vector>

using Word = uint64_t;

// One bit for each input pattern.
using Row = std::vector<Word>;

struct Neuron {
    std::vector<int> sources;
    std::vector<int> weights;
    int threshold = 0;
    bool alive = true;
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

// Nodes are numbered: inputs first, then neurons. Dead neurons keep their number until they are
// used again, so numbers are not in topological order; `order` is.
class Network {
public:
    int inputs = 0;
    int words = 0;  // length of a row
    std::vector<Neuron> neurons;  // by node number; entries of inputs are unused
    std::vector<int> outputs;
    std::vector<Row> values;
    // Kept by `rebuild`.
    std::vector<int> order, level, height, readers;

    bool read(const char *path);
    void write(const char *path) const;
    // Drop what no output needs; find order, levels, and heights (longest way to an output).
    void rebuild();
    void simulate();
    // Evaluate one neuron from rows, into a row.
    void evaluate(const Neuron &neuron, const std::vector<const Word *> &rows, Word *result) const;
    // Evaluate a neuron and all that depends on it.
    void update(int node);
    // The patterns on which some output changes with a node, and the nodes that depend on it.
    void observe(int node, Row &care, std::vector<char> &dependent);

    int count() const { return (int)order.size(); }
    int depth() const;
    bool is_output(int node) const;
    // Number for one more neuron.
    int place();

private:
    std::vector<Row> flipped_;
};
