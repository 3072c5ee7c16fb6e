// SPDX-License-Identifier: Apache-2.0
// PROGRAM FROM TO VISITS SEED MAX_DEPTH TEMPERATURE SLACK DEPTH_COST FAN_IN [LIMIT...]
//
// Writes the best network to TO, each time there is a better one, and one line for each to the
// standard output. The result depends on nothing but the arguments. MAX_DEPTH 0: no limit.
#pragma once

#include <cstdlib>

#include "walk.hpp"

// Run one search; `SomeWalk` is made of a network, settings, random numbers and further limits.
template <class Node, class SomeWalk, class... Limits>
int run(char **argv, Random random, Limits... limits) {
    Settings settings{
        atol(argv[3]),
        atoi(argv[5]) ? atoi(argv[5]) : 1 << 20,
        atof(argv[6]),
        atoi(argv[7]),
        atof(argv[8]),
        atoi(argv[9]),
    };
    Network<Node> network;
    if (!network.read(argv[1])) {
        fprintf(stderr, "Network must be readable and have 1 to 16 inputs, not %s\n", argv[1]);
        return 2;
    }
    SomeWalk walk(network, settings, random, limits...);
    for (int node : network.order)
        if (!walk.allows(network.nodes[node])) {
            fprintf(stderr, "Network must keep the limits of a neuron\n");
            return 2;
        }
    std::vector<Row> expected;
    for (int output : network.outputs) expected.push_back(network.values[output]);

    int best = network.count(), depth = network.depth();
    network.write(argv[2]);
    for (long visit = 1; visit <= settings.visits; visit++) {
        if (!walk.step(best)) continue;
        int count = network.count(), level = network.depth();
        bool fewer = count < best || (count == best && level < depth);
        bool shallower = level < depth || (level == depth && count < best);
        if (!(settings.depth_cost ? shallower : fewer)) continue;
        best = count;
        depth = level;
        network.simulate();
        for (size_t i = 0; i < expected.size(); i++)
            if (network.values[network.outputs[i]] != expected[i]) {
                fprintf(stderr, "Output %d must not change at visit %ld\n", (int)i, visit);
                return 3;
            }
        network.write(argv[2]);
        printf("%ld %d %d\n", visit, best, depth);
        fflush(stdout);
    }
    return 0;
}

inline bool has_arguments(int argc, int count) {
    if (argc == count + 1) return true;
    fprintf(stderr, "Arguments must be %d, not %d\n", count, argc - 1);
    return false;
}
