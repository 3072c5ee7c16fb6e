// SPDX-License-Identifier: Apache-2.0
// A random walk through networks of threshold neurons; the one limit more is the largest weight.

#include "../common/run.hpp"
#include "fit.hpp"

namespace {

Random seeded(uint64_t seed) {
    Random random(seed * 0x9E3779B97F4A7C15ull + 1, seed ^ 0xD1B54A32D192ED03ull);
    for (int i = 0; i < 20; i++) random.next();
    return random;
}

class NeuronWalk : public Walk<Neuron> {
public:
    NeuronWalk(Network<Neuron> &network, const Settings &settings, Random &random, int weight)
        : Walk(network, settings, random),
          limits_{settings.fan_in, weight},
          fitter_(limits_, random) {}

    bool allows(const Neuron &neuron) const override { return limits_.allow(neuron); }

protected:
    bool may_stay(int reader, int removed) const override {
        const Neuron &neuron = net_.nodes[reader];
        return allows(neuron) && (reader == removed || !neuron.sources.empty());
    }
    int attempts() const override { return settings_.fan_in <= 4 ? 40 : 12; }
    // Other weights may do.
    bool repeats() override { return random_.below(4) == 0; }

    // The weights of retained sources are where the search for weights begins.
    bool make(const Neuron &old, const std::vector<int> &retained,
              const std::vector<int> &sources, const Demands &demands, Neuron &neuron) override {
        neuron.sources = sources;
        neuron.threshold = old.threshold;
        for (int source : sources) {
            auto place = std::find(old.sources.begin(), old.sources.end(), source);
            neuron.weights.push_back(
                contains(retained, source) ? old.weights[place - old.sources.begin()] : 0);
        }
        return fitter_.fit(demands, neuron);
    }

private:
    Limits limits_;
    Fitter fitter_;
};

}  // namespace

int main(int argc, char **argv) {
    if (!has_arguments(argc, 10)) return 2;
    return run<Neuron, NeuronWalk>(
        argv, seeded(strtoull(argv[4], nullptr, 10)), atoi(argv[10]));
}
