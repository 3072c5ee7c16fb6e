// SPDX-License-Identifier: Apache-2.0
// tables FROM TO FAN_IN VISITS SEED MAX_DEPTH TEMPERATURE SLACK DEPTH_COST
//
// Writes the best network found to TO, each time there is a better one, and one line for each to
// the standard output. The result depends on nothing but the arguments. MAX_DEPTH 0: no limit.

#include <cstdio>
#include <cstdlib>

#include "walk.hpp"

int main(int argc, char **argv) {
    if (argc != 10) {
        fprintf(stderr, "Arguments must be nine, not %d\n", argc - 1);
        return 2;
    }
    Settings settings;
    settings.fan_in = atoi(argv[3]);
    settings.visits = atol(argv[4]);
    Random random(strtoull(argv[5], nullptr, 10));
    settings.max_depth = atoi(argv[6]) ? atoi(argv[6]) : 1 << 20;
    settings.temperature = atof(argv[7]);
    settings.slack = atoi(argv[8]);
    settings.depth_cost = atof(argv[9]);

    Network network;
    if (!network.read(argv[1])) {
        fprintf(stderr, "Network must be readable and have 8 to 16 inputs, not %s\n", argv[1]);
        return 2;
    }
    std::vector<Row> wanted;
    for (int output : network.outputs) wanted.push_back(network.values[output]);

    int best = network.count(), depth = network.depth();
    network.write(argv[2]);
    Walk walk(network, settings, random);
    for (long visit = 1; visit <= settings.visits; visit++) {
        if (!walk.step(best)) continue;
        int count = network.count(), level = network.depth();
        bool fewer = count < best || (count == best && level < depth);
        bool shallower = level < depth || (level == depth && count < best);
        if (!(settings.depth_cost ? shallower : fewer)) continue;
        best = count;
        depth = level;
        network.simulate();
        for (size_t i = 0; i < wanted.size(); i++)
            if (network.values[network.outputs[i]] != wanted[i]) {
                fprintf(stderr, "Output %d must not change at visit %ld\n", (int)i, visit);
                return 3;
            }
        network.write(argv[2]);
        printf("%ld %d %d\n", visit, best, depth);
        fflush(stdout);
    }
    return 0;
}
