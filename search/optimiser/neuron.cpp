// SPDX-License-Identifier: Apache-2.0
#include "neuron.hpp"

#include <cstdlib>

namespace {

// Four words at a time; the compiler makes the best of it.
typedef Word Block __attribute__((vector_size(8 * Neuron::kBlock), aligned(8), may_alias));
constexpr int kPlanes = 12;  // sums of weights below 4,096

}  // namespace

bool Neuron::read(FILE *file) {
    int fan_in = 0;
    bool good = fscanf(file, "%d", &fan_in) == 1;
    sources.resize(fan_in);
    weights.resize(fan_in);
    for (int &source : sources) good &= fscanf(file, "%d", &source) == 1;
    for (int &weight : weights) good &= fscanf(file, "%d", &weight) == 1;
    return good && fscanf(file, "%d", &threshold) == 1;
}

void Neuron::write(FILE *file) const {
    for (int weight : weights) fprintf(file, " %d", weight);
    fprintf(file, " %d\n", threshold);
}

void Neuron::erase(size_t k) {
    sources.erase(sources.begin() + k);
    weights.erase(weights.begin() + k);
}

void Neuron::fix(size_t k, bool value) {
    if (value) threshold -= weights[k];
    erase(k);
}

void Neuron::read_instead(size_t k, int line, bool inverted) {
    int weight = weights[k];
    if (inverted) {
        threshold -= weight;
        weight = -weight;
    }
    erase(k);
    size_t twin = std::find(sources.begin(), sources.end(), line) - sources.begin();
    if (twin == sources.size()) {
        sources.push_back(line);
        weights.push_back(weight);
    } else if ((weights[twin] += weight) == 0) {
        erase(twin);
    }
}

void Neuron::evaluate(
    const std::vector<const Word *> &rows, int words, Word *result) const {
    // A negative weight on a line is a positive one on its complement.
    int least = threshold, total = 0;
    for (int weight : weights) {
        if (weight < 0) least -= weight;
        total += std::abs(weight);
    }
    if (least <= 0 || least > total) {
        std::fill(result, result + words, least <= 0 ? ~Word(0) : 0);
        return;
    }
    int planes = 32 - __builtin_clz(total);
    for (int i = 0; i < words; i += kBlock) {
        Block sum[kPlanes] = {};  // binary digits of the sum, for each pattern
        for (size_t k = 0; k < sources.size(); k++) {
            Block line = *(const Block *)(rows[sources[k]] + i);
            int weight = weights[k];
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
            if (least >> plane & 1) {
                equal &= sum[plane];
            } else {
                above |= equal & sum[plane];
                equal &= ~sum[plane];
            }
        }
        *(Block *)(result + i) = above | equal;
    }
}
