// SPDX-License-Identifier: Apache-2.0
#include "fit.hpp"

#include <algorithm>
#include <cstdlib>

namespace {

constexpr int kListed = 4;  // up to this fan-in every threshold function is listed
constexpr int kSteps = 250;

void drop_unused(Neuron &neuron) {
    size_t used = 0;
    for (size_t i = 0; i < neuron.weights.size(); i++)
        if (neuron.weights[i]) {
            neuron.sources[used] = neuron.sources[i];
            neuron.weights[used++] = neuron.weights[i];
        }
    neuron.sources.resize(used);
    neuron.weights.resize(used);
}

}  // namespace

Fitter::Fitter(const Limits &limits, Random &random)
    : limits_(limits), random_(random), functions_(kListed + 1) {
    int largest = std::min(limits.weight, 3);  // enough for every function of four inputs
    for (int fan_in = 1; fan_in <= std::min(limits.fan_in, kListed); fan_in++) {
        std::vector<std::vector<int>> choices{{}};
        for (int i = 0; i < fan_in; i++) {
            std::vector<std::vector<int>> longer;
            for (const auto &choice : choices)
                for (int w = -largest; w <= largest; w++) {
                    longer.push_back(choice);
                    longer.back().push_back(w);
                }
            choices = longer;
        }
        auto size = [](const std::vector<int> &weights) {
            int sum = 0;
            for (int w : weights) sum += std::abs(w);
            return sum;
        };
        std::stable_sort(choices.begin(), choices.end(),
                         [&](const auto &x, const auto &y) { return size(x) < size(y); });
        std::vector<char> listed(size_t(1) << (1 << fan_in), 0);
        for (const auto &weights : choices)
            for (int threshold = -size(weights); threshold <= size(weights) + 1; threshold++) {
                uint32_t table = 0;
                for (int m = 0; m < 1 << fan_in; m++) {
                    int sum = 0;
                    for (int i = 0; i < fan_in; i++)
                        if (m >> i & 1) sum += weights[i];
                    if (sum >= threshold) table |= uint32_t(1) << m;
                }
                if (!listed[table]) functions_[fan_in].push_back({table, weights, threshold});
                listed[table] = 1;
            }
    }
}

bool Fitter::fit(const Demands &demands, Neuron &neuron) {
    bool fits = neuron.sources.size() <= kListed ? look_up(demands, neuron)
                                                 : learn(demands, neuron);
    if (fits) drop_unused(neuron);
    return fits && !neuron.sources.empty();
}

bool Fitter::look_up(const Demands &demands, Neuron &neuron) {
    uint32_t fire = 0, rest = 0;
    for (size_t m = 0; m < demands.size(); m++) {
        if (demands[m] & kOne) fire |= uint32_t(1) << m;
        if (demands[m] & kZero) rest |= uint32_t(1) << m;
    }
    // Half of the time the simplest function, else any.
    bool simplest = random_.below(2);
    const Function *selected = nullptr;
    int matches = 0;
    for (const Function &function : functions_[neuron.sources.size()])
        if ((function.table & fire) == fire && !(function.table & rest)) {
            if (random_.below(++matches) == 0) selected = &function;
            if (simplest) break;
        }
    if (!selected) return false;
    neuron.weights = selected->weights;
    neuron.threshold = selected->threshold;
    return true;
}

// A perceptron whose weights stay within the limit.
bool Fitter::learn(const Demands &demands, Neuron &neuron) {
    int fan_in = (int)neuron.sources.size();
    struct Example {
        int inputs, sign, sum;
    };
    std::vector<Example> examples;
    for (int m = 0; m < (int)demands.size(); m++)
        if (demands[m]) examples.push_back({m, demands[m] & kOne ? 1 : -1, 0});
    int count = (int)examples.size();
    for (int attempt = 0; attempt < 2; attempt++) {
        std::vector<int> weights = neuron.weights;
        weights.resize(fan_in, 0);
        int twice = 2 * neuron.threshold - 1;  // the threshold between two sums, doubled
        if (attempt) {
            twice = 1;
            for (int &w : weights) twice += w = random_.below(5) - 2;
            twice |= 1;
        }
        for (Example &example : examples) {
            example.sum = 0;
            for (int i = 0; i < fan_in; i++)
                if (example.inputs >> i & 1) example.sum += 2 * weights[i];
        }
        for (int step = 0; step < kSteps; step++) {
            int start = random_.below(count), wrong = -1;
            for (int i = 0; i < count && wrong < 0; i++) {
                const Example &example = examples[(start + i) % count];
                if ((example.sum - twice) * example.sign <= 0) wrong = (start + i) % count;
            }
            if (wrong < 0) {
                neuron.weights = weights;
                neuron.threshold = (twice + 1) / 2;
                return true;
            }
            int inputs = examples[wrong].inputs, sign = examples[wrong].sign;
            for (int i = 0; i < fan_in; i++) {
                if (!(inputs >> i & 1) || std::abs(weights[i] + sign) > limits_.weight) continue;
                if (random_.below(4) == 0) continue;  // so that it does not go in circles
                weights[i] += sign;
                for (Example &example : examples)
                    if (example.inputs >> i & 1) example.sum += 2 * sign;
            }
            if (random_.below(3)) twice -= 2 * sign;
        }
    }
    return false;
}
