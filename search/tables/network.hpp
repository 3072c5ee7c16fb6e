// SPDX-License-Identifier: Apache-2.0
// A network of lookup tables, simulated on every input pattern at once.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

using Word = uint64_t;

// One bit for each input pattern.
using Row = std::vector<Word>;

constexpr int kMostInputs = 6;  // a truth table is one word

struct Table {
    std::vector<int> sources;
    Word truth = 0;  // bit i is the result if source k is bit k of i
    bool alive = true;
};

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

// Nodes are numbered: inputs first, then tables. Dead tables keep their number until they are used
// again, so numbers are not in topological order; `order` is.
class Network {
public:
    int inputs = 0;
    int words = 0;  // length of a row
    std::vector<Table> tables;  // by node number; entries of inputs are unused
    std::vector<int> outputs;
    std::vector<Row> values;
    // Kept by `rebuild`.
    std::vector<int> order, level, height, readers;

    bool read(const char *path);
    void write(const char *path) const;
    // Drop what no output needs; find order, levels, and heights (longest way to an output).
    void rebuild();
    void simulate();
    // Evaluate one table from rows, into a row.
    void evaluate(const Table &table, const std::vector<const Word *> &rows, Word *result) const;
    // Evaluate a table and all that depends on it.
    void update(int node);
    // The patterns on which some output changes with a node, and the nodes that depend on it.
    void observe(int node, Row &care, std::vector<char> &dependent);

    int count() const { return (int)order.size(); }
    int depth() const;
    bool is_output(int node) const;
    // Number for one more table.
    int place();

private:
    std::vector<const Word *> rows() const;
    std::vector<Row> flipped_;
};
