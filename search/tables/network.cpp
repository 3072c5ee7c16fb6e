// SPDX-License-Identifier: Apache-2.0
#include "network.hpp"

#include <algorithm>
#include <cstdio>

namespace {

// Eight words at a time; the compiler makes the best of it.
constexpr int kBlock = 8;

uint64_t splitmix(uint64_t &state) {
    uint64_t z = (state += 0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return z ^ (z >> 31);
}

}  // namespace

Random::Random(uint64_t seed) {
    for (uint64_t &part : state_) part = splitmix(seed);
}

uint64_t Random::next() {
    uint64_t first = state_[0], second = state_[1], result = first + second;
    second ^= first;
    state_[0] = ((first << 24) | (first >> 40)) ^ second ^ (second << 16);
    state_[1] = (second << 37) | (second >> 27);
    return result;
}

bool Network::read(const char *path) {
    FILE *file = fopen(path, "r");
    if (!file) return false;
    int table_count = 0, output_count = 0;
    bool good = fscanf(file, "%d %d %d", &inputs, &table_count, &output_count) == 3;
    tables.assign(inputs, Table());
    for (int i = 0; good && i < table_count; i++) {
        int fan_in = 0;
        unsigned long long truth = 0;
        good = fscanf(file, "%d", &fan_in) == 1 && fan_in <= kMostInputs;
        Table table;
        if (good) table.sources.resize(fan_in);
        for (int &source : table.sources) good &= fscanf(file, "%d", &source) == 1;
        good = good && fscanf(file, "%llx", &truth) == 1;
        table.truth = truth;
        tables.push_back(table);
    }
    outputs.resize(output_count);
    for (int &output : outputs) good = good && fscanf(file, "%d", &output) == 1;
    fclose(file);
    if (!good || inputs < 8 || inputs > 16) return false;
    words = std::max(kBlock, 1 << (inputs - 6));
    values.assign(tables.size(), Row(words));
    for (int i = 0; i < inputs; i++)
        for (int pattern = 0; pattern < words * 64; pattern++)
            if (pattern >> i & 1) values[i][pattern / 64] |= Word(1) << (pattern % 64);
    rebuild();
    simulate();
    return true;
}

void Network::write(const char *path) const {
    std::vector<int> number(tables.size(), -1);
    for (int i = 0; i < inputs; i++) number[i] = i;
    int next = inputs;
    for (int node : order) number[node] = next++;
    std::string draft = std::string(path) + ".draft";
    FILE *file = fopen(draft.c_str(), "w");
    if (!file) return;
    fprintf(file, "%d %d %d\n", inputs, count(), (int)outputs.size());
    for (int node : order) {
        fprintf(file, "%d", (int)tables[node].sources.size());
        for (int source : tables[node].sources) fprintf(file, " %d", number[source]);
        fprintf(file, " %llx\n", (unsigned long long)tables[node].truth);
    }
    for (int output : outputs) fprintf(file, "%d ", number[output]);
    fprintf(file, "\n");
    fclose(file);
    rename(draft.c_str(), path);
}

void Network::rebuild() {
    int size = (int)tables.size();
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
            const Table &table = tables[node];
            if (stack.back().second < table.sources.size()) {
                int source = table.sources[stack.back().second++];
                if (source >= inputs && !state[source]) {
                    state[source] = 1;
                    stack.push_back({source, 0});
                }
                continue;
            }
            for (int source : table.sources)
                level[node] = std::max(level[node], level[source] + 1);
            state[node] = 2;
            order.push_back(node);
            stack.pop_back();
        }
    }
    for (int node = inputs; node < size; node++) tables[node].alive = state[node] == 2;
    for (int i = count() - 1; i >= 0; i--)
        for (int source : tables[order[i]].sources) {
            readers[source]++;
            height[source] = std::max(height[source], height[order[i]] + 1);
        }
    for (int output : outputs) readers[output]++;
}

void Network::evaluate(
    const Table &table, const std::vector<const Word *> &rows, Word *result) const {
    int fan_in = (int)table.sources.size();
    for (int first = 0; first < words; first += kBlock) {
        Word part[1 << kMostInputs][kBlock];
        for (int i = 0; i < 1 << fan_in; i++)
            for (int j = 0; j < kBlock; j++) part[i][j] = -(table.truth >> i & 1);
        for (int k = fan_in - 1; k >= 0; k--) {
            const Word *line = rows[table.sources[k]] + first;
            for (int i = 0; i < 1 << k; i++)
                for (int j = 0; j < kBlock; j++)
                    part[i][j] ^= (part[i][j] ^ part[i | 1 << k][j]) & line[j];
        }
        std::copy(part[0], part[0] + kBlock, result + first);
    }
}

std::vector<const Word *> Network::rows() const {
    std::vector<const Word *> rows(tables.size());
    for (size_t i = 0; i < rows.size(); i++) rows[i] = values[i].data();
    return rows;
}

void Network::simulate() {
    std::vector<const Word *> rows = this->rows();
    for (int node : order) evaluate(tables[node], rows, values[node].data());
}

void Network::update(int node) {
    std::vector<const Word *> rows = this->rows();
    std::vector<char> changed(tables.size(), 0);
    Row before;
    bool reached = false;
    for (int other : order) {
        reached |= other == node;
        bool touched = other == node;
        for (int source : tables[other].sources) touched |= changed[source];
        if (!reached || !touched) continue;
        before = values[other];
        evaluate(tables[other], rows, values[other].data());
        changed[other] = before != values[other];
    }
}

void Network::observe(int node, Row &care, std::vector<char> &dependent) {
    if (flipped_.size() < tables.size()) flipped_.resize(tables.size(), Row(words));
    std::vector<const Word *> rows = this->rows();
    std::vector<char> changed(tables.size(), 0);
    dependent.assign(tables.size(), 0);
    dependent[node] = changed[node] = 1;
    for (int i = 0; i < words; i++) flipped_[node][i] = ~values[node][i];
    rows[node] = flipped_[node].data();
    auto place = std::find(order.begin(), order.end(), node);
    for (auto it = place + 1; it != order.end(); ++it) {
        int other = *it;
        bool touched = false;
        for (int source : tables[other].sources) {
            dependent[other] |= dependent[source];
            touched |= changed[source];
        }
        if (!touched) continue;
        evaluate(tables[other], rows, flipped_[other].data());
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

int Network::depth() const {
    int depth = 0;
    for (int output : outputs) depth = std::max(depth, level[output]);
    return depth;
}

bool Network::is_output(int node) const {
    return std::find(outputs.begin(), outputs.end(), node) != outputs.end();
}

int Network::place() {
    for (int node = inputs; node < (int)tables.size(); node++)
        if (!tables[node].alive) return node;
    tables.push_back(Table());
    values.push_back(Row(words));
    return (int)tables.size() - 1;
}
