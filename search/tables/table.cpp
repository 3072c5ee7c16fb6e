// SPDX-License-Identifier: Apache-2.0
#include "table.hpp"

bool Table::read(FILE *file) {
    int fan_in = 0;
    unsigned long long bits = 0;
    if (fscanf(file, "%d", &fan_in) != 1 || fan_in > kMostInputs) return false;
    bool good = true;
    sources.resize(fan_in);
    for (int &source : sources) good &= fscanf(file, "%d", &source) == 1;
    good = good && fscanf(file, "%llx", &bits) == 1;
    truth = bits;
    return good;
}

void Table::evaluate(const std::vector<const Word *> &rows, int words, Word *result) const {
    int fan_in = (int)sources.size();
    for (int first = 0; first < words; first += kBlock) {
        Word part[1 << kMostInputs][kBlock];
        for (int i = 0; i < 1 << fan_in; i++)
            for (int j = 0; j < kBlock; j++) part[i][j] = -(truth >> i & 1);
        for (int k = fan_in - 1; k >= 0; k--) {
            const Word *line = rows[sources[k]] + first;
            for (int i = 0; i < 1 << k; i++)
                for (int j = 0; j < kBlock; j++)
                    part[i][j] ^= (part[i][j] ^ part[i | 1 << k][j]) & line[j];
        }
        std::copy(part[0], part[0] + kBlock, result + first);
    }
}

void Table::fix(size_t k, bool value) {
    Word rest = 0;
    int low = (1 << k) - 1;
    for (int i = 0; i < 1 << (sources.size() - 1); i++)
        rest |= (truth >> ((i & ~low) << 1 | (i & low) | (int)value << k) & 1) << i;
    truth = rest;
    sources.erase(sources.begin() + k);
}

void Table::read_instead(size_t k, int line, bool inverted) {
    size_t twin = std::find(sources.begin(), sources.end(), line) - sources.begin();
    bool joins = twin < sources.size();  // then both bits of the index are those of the twin
    Word changed = 0;
    for (int i = 0; i < 1 << sources.size(); i++) {
        int index = joins ? (i & ~(1 << k)) | ((i >> twin & 1) << k) : i;
        changed |= (truth >> (index ^ (int)inverted << k) & 1) << i;
    }
    truth = changed;
    sources[k] = line;
    if (joins) fix(k, false);
}
