// SPDX-License-Identifier: Apache-2.0
#include "network.hpp"

#include <algorithm>
#include <cstdlib>

namespace {

// Four words at a time; the compiler makes the best of it.
typedef Word Block __attribute__((vector_size(32), aligned(8), may_alias));
constexpr int kPlanes = 12;  // sums of weights below 4,096

}  // namespace

bool Network::read(const char *path) {
    FILE *file = fopen(path, "r");
    if (!file) return false;
    int neuron_count = 0, output_count = 0;
    bool good = fscanf(file, "%d %d %d", &inputs, &neuron_count, &output_count) == 3;
    neurons.assign(inputs, Neuron());
    for (int i = 0; good && i < neuron_count; i++) {
        int fan_in = 0;
        good = fscanf(file, "%d", &fan_in) == 1;
        Neuron neuron;
        neuron.sources.resize(fan_in);
        neuron.weights.resize(fan_in);
        for (int &source : neuron.sources) good &= fscanf(file, "%d", &source) == 1;
        for (int &weight : neuron.weights) good &= fscanf(file, "%d", &weight) == 1;
        good &= fscanf(file, "%d", &neuron.threshold) == 1;
        neurons.push_back(neuron);
    }
    outputs.resize(output_count);
    for (int &output : outputs) good = good && fscanf(file, "%d", &output) == 1;
    fclose(file);
    if (!good || inputs < 8 || inputs > 16) return false;

    words = 1 << (inputs - 6);
    values.assign(neurons.size(), Row(words));
    for (int i = 0; i < inputs; i++)
        for (int pattern = 0; pattern < words * 64; pattern++)
            if (pattern >> i & 1) values[i][pattern / 64] |= Word(1) << (pattern % 64);
    rebuild();
    simulate();
    return true;
}

void Network::write(const char *path) const {
    std::vector<int> number(neurons.size(), -1);
    for (int i = 0; i < inputs; i++) number[i] = i;
    int next = inputs;
    for (int node : order) number[node] = next++;
    std::string draft = std::string(path) + ".draft";
    FILE *file = fopen(draft.c_str(), "w");
    if (!file) return;
    fprintf(file, "%d %d %d\n", inputs, count(), (int)outputs.size());
    for (int node : order) {
        const Neuron &neuron = neurons[node];
        fprintf(file, "%d", (int)neuron.sources.size());
        for (int source : neuron.sources) fprintf(file, " %d", number[source]);
        for (int weight : neuron.weights) fprintf(file, " %d", weight);
        fprintf(file, " %d\n", neuron.threshold);
    }
    for (int output : outputs) fprintf(file, "%d ", number[output]);
    fprintf(file, "\n");
    fclose(file);
    rename(draft.c_str(), path);
}

void Network::rebuild() {
    int size = (int)neurons.size();
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
            const Neuron &neuron = neurons[node];
            if (stack.back().second < neuron.sources.size()) {
                int source = neuron.sources[stack.back().second++];
                if (source >= inputs && !state[source]) {
                    state[source] = 1;
                    stack.push_back({source, 0});
                }
                continue;
            }
            for (int source : neuron.sources)
                level[node] = std::max(level[node], level[source] + 1);
            state[node] = 2;
            order.push_back(node);
            stack.pop_back();
        }
    }
    for (int node = inputs; node < size; node++) neurons[node].alive = state[node] == 2;
    for (int i = count() - 1; i >= 0; i--)
        for (int source : neurons[order[i]].sources) {
            readers[source]++;
            height[source] = std::max(height[source], height[order[i]] + 1);
        }
    for (int output : outputs) readers[output]++;
}

void Network::evaluate(
    const Neuron &neuron, const std::vector<const Word *> &rows, Word *result) const {
    // A negative weight on a line is a positive one on its complement.
    int threshold = neuron.threshold, total = 0;
    for (int weight : neuron.weights) {
        if (weight < 0) threshold -= weight;
        total += std::abs(weight);
    }
    if (threshold <= 0 || threshold > total) {
        std::fill(result, result + words, threshold <= 0 ? ~Word(0) : 0);
        return;
    }
    int planes = 32 - __builtin_clz(total);
    for (int i = 0; i < words; i += 4) {
        Block sum[kPlanes] = {};  // binary digits of the sum, for each pattern
        for (size_t k = 0; k < neuron.sources.size(); k++) {
            Block line = *(const Block *)(rows[neuron.sources[k]] + i);
            int weight = neuron.weights[k];
            if (weight < 0) line = ~line;
            for (int digit = 0; std::abs(weight) >> digit; digit++) {
                if (!(std::abs(weight) >> digit & 1)) continue;
                Block carry = line;
                for (int plane = digit; plane < planes; plane++) {
                    Block next = sum[plane] & carry;
                    sum[plane] ^= carry;
                    carry = next;
                }
            }
        }
        Block above = {}, equal = ~above;
        for (int plane = planes - 1; plane >= 0; plane--) {
            if (threshold >> plane & 1) {
                equal &= sum[plane];
            } else {
                above |= equal & sum[plane];
                equal &= ~sum[plane];
            }
        }
        *(Block *)(result + i) = above | equal;
    }
}

void Network::simulate() {
    std::vector<const Word *> rows(neurons.size());
    for (size_t i = 0; i < rows.size(); i++) rows[i] = values[i].data();
    for (int node : order) evaluate(neurons[node], rows, values[node].data());
}

void Network::update(int node) {
    std::vector<const Word *> rows(neurons.size());
    for (size_t i = 0; i < rows.size(); i++) rows[i] = values[i].data();
    std::vector<char> changed(neurons.size(), 0);
    Row before;
    bool reached = false;
    for (int other : order) {
        reached |= other == node;
        bool touched = other == node;
        for (int source : neurons[other].sources) touched |= changed[source];
        if (!reached || !touched) continue;
        before = values[other];
        evaluate(neurons[other], rows, values[other].data());
        changed[other] = before != values[other];
    }
}

void Network::observe(int node, Row &care, std::vector<char> &dependent) {
    if (flipped_.size() < neurons.size()) flipped_.resize(neurons.size(), Row(words));
    std::vector<const Word *> rows(neurons.size());
    for (size_t i = 0; i < rows.size(); i++) rows[i] = values[i].data();
    std::vector<char> changed(neurons.size(), 0);
    dependent.assign(neurons.size(), 0);
    dependent[node] = changed[node] = 1;
    for (int i = 0; i < words; i++) flipped_[node][i] = ~values[node][i];
    rows[node] = flipped_[node].data();
    auto place = std::find(order.begin(), order.end(), node);
    for (auto it = place + 1; it != order.end(); ++it) {
        int other = *it;
        bool touched = false;
        for (int source : neurons[other].sources) {
            dependent[other] |= dependent[source];
            touched |= changed[source];
        }
        if (!touched) continue;
        evaluate(neurons[other], rows, flipped_[other].data());
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
    for (int node = inputs; node < (int)neurons.size(); node++)
        if (!neurons[node].alive) return node;
    neurons.push_back(Neuron());
    values.push_back(Row(words));
    return (int)neurons.size() - 1;
}
