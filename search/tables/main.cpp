// SPDX-License-Identifier: Apache-2.0
// A random walk through networks of lookup tables towards fewer tables.
//
// Any function of sources that tell apart what the outputs tell apart will do. So there is no
// fitting, and there are more changes to choose from than with neurons.

#include "../common/run.hpp"
#include "table.hpp"

namespace {

// Random numbers from a seed that splitmix64 spreads over both words.
Random seeded(uint64_t state) {
    auto split = [&]() {
        uint64_t z = (state += 0x9e3779b97f4a7c15);
        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
        z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
        return z ^ (z >> 31);
    };
    uint64_t first = split();
    return Random(first, split());
}

// Return a table that does what is asked for, without the sources that it can do without.
Table simplest(std::vector<int> sources, Demands demands) {
    for (int k = (int)sources.size() - 1; k >= 0; k--) {
        Demands joined;
        for (int i = 0; i < (int)demands.size(); i++)
            if (!(i >> k & 1)) joined.push_back(demands[i] | demands[i | 1 << k]);
        if (sources.size() > 1 && !std::count(joined.begin(), joined.end(), kConflict)) {
            demands = joined;
            sources.erase(sources.begin() + k);
        }
    }
    // What is free follows a neighbour, so that there are few changes of value.
    for (size_t k = 0; k < sources.size(); k++) {
        Demands filled = demands;
        for (int i = 0; i < (int)demands.size(); i++)
            if (demands[i] == kFree) filled[i] = demands[i ^ 1 << k];
        demands = filled;
    }
    Table table;
    table.sources = sources;
    for (int i = 0; i < (int)demands.size(); i++)
        if (demands[i] == kOne) table.truth |= Word(1) << i;
    return table;
}

class TableWalk : public Walk<Table> {
public:
    using Walk<Table>::Walk;

protected:
    bool make(const Table &, const std::vector<int> &, const std::vector<int> &sources,
              const Demands &demands, Table &table) override {
        table = simplest(sources, demands);
        return true;
    }
};

}  // namespace

int main(int argc, char **argv) {
    if (!has_arguments(argc, 9)) return 2;
    return run<Table, TableWalk>(argv, seeded(strtoull(argv[4], nullptr, 10)));
}
