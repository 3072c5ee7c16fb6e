// SPDX-License-Identifier: Apache-2.0
// A network of nodes (neurons or lookup tables), simulated on every input pattern at once.
//
// A `Node` has `sources` and `alive`, reads and writes its line of a file, evaluates `kBlock` words
// at a time, and can
//   evaluate(rows, words, result)      compute its row from the rows of all lines
//   fix(k, value)                      lose source k, which equals `value`
//   read_instead(k, line, inverted)    read a line, or its complement, in place of source k
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <string>
#include <vector>

using Word = uint64_t;

// One bit for each input pattern.
using Row = std::vector<Word>;

// Lines are numbered: inputs first, then nodes. Dead nodes keep their number until they are used
// again, so numbers are not in topological order; `order` is.
template <class Node>
class Network {
public:
    int inputs = 0;
    int words = 0;            // length of a row
    std::vector<Node> nodes;  // by number; entries of inputs are unused
    std::vector<int> outputs;
    std::vector<Row> values;
    // Kept by `rebuild`.
    std::vector<int> order, level, height, readers;

    bool read(const char *path) {
        FILE *file = fopen(path, "r");
        if (!file) return false;
        int node_count = 0, output_count = 0;
        bool good = fscanf(file, "%d %d %d", &inputs, &node_count, &output_count) == 3;
        nodes.assign(inputs, Node());
        for (int i = 0; good && i < node_count; i++) {
            nodes.push_back(Node());
            good = nodes.back().read(file);
        }
        outputs.resize(output_count);
        for (int &output : outputs) good = good && fscanf(file, "%d", &output) == 1;
        fclose(file);
        if (!good || inputs < 1 || inputs > 16) return false;

        // Few patterns are there several times over.
        words = std::max(Node::kBlock, inputs > 6 ? 1 << (inputs - 6) : 1);
        values.assign(nodes.size(), Row(words));
        for (int i = 0; i < inputs; i++)
            for (int pattern = 0; pattern < words * 64; pattern++)
                if (pattern >> i & 1) values[i][pattern / 64] |= Word(1) << (pattern % 64);
        rebuild();
        simulate();
        return true;
    }

    // Write the nodes in topological order, whole or not at all.
    void write(const char *path) const {
        std::vector<int> number(nodes.size(), -1);
        for (int i = 0; i < inputs; i++) number[i] = i;
        int next = inputs;
        for (int node : order) number[node] = next++;
        std::string draft = std::string(path) + ".new";
        FILE *file = fopen(draft.c_str(), "w");
        if (!file) return;
        fprintf(file, "%d %d %d\n", inputs, count(), (int)outputs.size());
        for (int node : order) {
            fprintf(file, "%d", (int)nodes[node].sources.size());
            for (int source : nodes[node].sources) fprintf(file, " %d", number[source]);
            nodes[node].write(file);
        }
        for (int output : outputs) fprintf(file, "%d ", number[output]);
        fprintf(file, "\n");
        fclose(file);
        rename(draft.c_str(), path);
    }

    // Drop what no output needs; find order, levels, and heights (longest way to an output).
    void rebuild() {
        int size = (int)nodes.size();
        std::vector<char> state(size, 0);  // 1 while its sources are visited, then 2
        level.assign(size, 0);
        height.assign(size, 0);
        readers.assign(size, 0);
        order.clear();
        std::vector<std::pair<int, size_t>> stack;
        for (int output : outputs) {
            if (output < inputs || state[output]) continue;
            stack.push_back({output, 0});
            state[output] = 1;
            while (!stack.empty()) {
                int node = stack.back().first;
                const std::vector<int> &sources = nodes[node].sources;
                if (stack.back().second < sources.size()) {
                    int source = sources[stack.back().second++];
                    if (source >= inputs && !state[source]) {
                        state[source] = 1;
                        stack.push_back({source, 0});
                    }
                    continue;
                }
                for (int source : sources) level[node] = std::max(level[node], level[source] + 1);
                state[node] = 2;
                order.push_back(node);
                stack.pop_back();
            }
        }
        for (int node = inputs; node < size; node++) nodes[node].alive = state[node] == 2;
        for (int i = count() - 1; i >= 0; i--)
            for (int source : nodes[order[i]].sources) {
                readers[source]++;
                height[source] = std::max(height[source], height[order[i]] + 1);
            }
        for (int output : outputs) readers[output]++;
    }

    void simulate() {
        std::vector<const Word *> rows = this->rows();
        for (int node : order) nodes[node].evaluate(rows, words, values[node].data());
    }

    // Evaluate a node and all that depends on it.
    void update(int node) {
        std::vector<const Word *> rows = this->rows();
        std::vector<char> changed(nodes.size(), 0);
        Row before;
        bool reached = false;
        for (int other : order) {
            reached |= other == node;
            bool touched = other == node;
            for (int source : nodes[other].sources) touched |= changed[source];
            if (!reached || !touched) continue;
            before = values[other];
            nodes[other].evaluate(rows, words, values[other].data());
            changed[other] = before != values[other];
        }
    }

    // The patterns on which some output changes with a node, and the nodes that depend on it.
    void observe(int node, Row &care, std::vector<char> &dependent) {
        if (flipped_.size() < nodes.size()) flipped_.resize(nodes.size(), Row(words));
        std::vector<const Word *> rows = this->rows();
        std::vector<char> changed(nodes.size(), 0);
        dependent.assign(nodes.size(), 0);
        dependent[node] = changed[node] = 1;
        for (int i = 0; i < words; i++) flipped_[node][i] = ~values[node][i];
        rows[node] = flipped_[node].data();
        auto place = std::find(order.begin(), order.end(), node);
        for (auto it = place + 1; it != order.end(); ++it) {
            int other = *it;
            bool touched = false;
            for (int source : nodes[other].sources) {
                dependent[other] |= dependent[source];
                touched |= changed[source];
            }
            if (!touched) continue;
            nodes[other].evaluate(rows, words, flipped_[other].data());
            if (flipped_[other] != values[other]) {
                changed[other] = 1;
                rows[other] = flipped_[other].data();
            }
        }
        care.assign(words, 0);
        for (int output : outputs)
            if (changed[output])
                for (int i = 0; i < words; i++) care[i] |= values[output][i] ^ flipped_[output][i];
    }

    int count() const { return (int)order.size(); }

    int depth() const {
        int depth = 0;
        for (int output : outputs) depth = std::max(depth, level[output]);
        return depth;
    }

    bool is_output(int node) const {
        return std::find(outputs.begin(), outputs.end(), node) != outputs.end();
    }

    // Number for one more node.
    int place() {
        for (int node = inputs; node < (int)nodes.size(); node++)
            if (!nodes[node].alive) return node;
        nodes.push_back(Node());
        values.push_back(Row(words));
        return (int)nodes.size() - 1;
    }

private:
    std::vector<const Word *> rows() const {
        std::vector<const Word *> rows(nodes.size());
        for (size_t i = 0; i < rows.size(); i++) rows[i] = values[i].data();
        return rows;
    }

    std::vector<Row> flipped_;
};
