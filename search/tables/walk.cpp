// SPDX-License-Identifier: Apache-2.0
#include "walk.hpp"

#include <algorithm>
#include <cmath>

namespace {

constexpr int kWitnesses = 128;
constexpr int kSamples = 1500;    // patterns looked at to find them
constexpr size_t kSets = 20000;   // sets of new sources that are listed
constexpr int kMostNew = 3;
constexpr int kAttempts = 40;     // sets that are tried
constexpr int kDoubling = 400;    // visits between two attempts to double a table

// What a table has to give for one combination of its sources.
enum Demand : unsigned char { kFree = 0, kOne = 1, kZero = 2, kConflict = 3 };

bool contains(const std::vector<int> &list, int item) {
    return std::find(list.begin(), list.end(), item) != list.end();
}

// Return a truth table in which source `k` is complemented.
Word complemented(const Table &table, int k) {
    Word truth = 0;
    for (int i = 0; i < 1 << table.sources.size(); i++)
        truth |= (table.truth >> (i ^ 1 << k) & 1) << i;
    return truth;
}

// Take source `k` out of a table, as it equals `value`.
void fix(Table &table, int k, bool value) {
    Word truth = 0;
    int low = (1 << k) - 1;
    for (int i = 0; i < 1 << (table.sources.size() - 1); i++)
        truth |= (table.truth >> ((i & ~low) << 1 | (i & low) | (int)value << k) & 1) << i;
    table.truth = truth;
    table.sources.erase(table.sources.begin() + k);
}

// Let a table read `other` where it reads source `k`.
void read_instead(Table &table, int k, int other) {
    auto twin = std::find(table.sources.begin(), table.sources.end(), other);
    if (twin == table.sources.end()) {
        table.sources[k] = other;
        return;
    }
    // Both bits of the index are the same from now on.
    int kept = (int)(twin - table.sources.begin());
    Word truth = 0;
    for (int i = 0; i < 1 << table.sources.size(); i++) {
        int index = (i & ~(1 << k)) | ((i >> kept & 1) << k);
        truth |= (table.truth >> index & 1) << i;
    }
    table.truth = truth;
    fix(table, k, false);
}

}  // namespace

Walk::Walk(Network &network, const Settings &settings, Random &random)
    : net_(network), settings_(settings), random_(random) {
    for (int i = 0; i < net_.words; i++) shuffled_.push_back(i);
    for (int i = 0; i < net_.words; i++)
        std::swap(shuffled_[i], shuffled_[i + random_.below(net_.words - i)]);
    popularity_.push_back(0);
    for (int readers = 1; readers < 64; readers++)
        popularity_.push_back(1 + 0.45 * std::log((double)readers));
}

bool Walk::step(int best) {
    int node = net_.order[random_.below(net_.count())];
    if (settings_.slack && random_.below(kDoubling) == 0 && net_.readers[node] >= 2
        && net_.count() < best + settings_.slack && !net_.is_output(node))
        return duplicate(node);
    net_.observe(node, care_, dependent_);
    care_words_.clear();
    fire_ = rest_ = care_;
    for (int i = 0; i < net_.words; i++) {
        fire_[i] &= net_.values[node][i];
        rest_[i] &= ~net_.values[node][i];
        if (care_[i]) care_words_.push_back(i);
    }
    if (remove_constant(node)) return true;
    candidates_.clear();
    for (int line = 0; line < (int)net_.tables.size(); line++) {
        if (line >= net_.inputs && !net_.tables[line].alive) continue;
        if (dependent_[line]) continue;
        if (net_.level[line] + 1 + net_.height[node] > settings_.max_depth) continue;
        candidates_.push_back(line);
    }
    if (substitute(node)) return true;
    for (int attempt = 0; attempt < 3; attempt++)
        if (rewire(node)) return true;
    return false;
}

bool Walk::duplicate(int node) {
    int copy = net_.place();
    net_.tables[copy] = net_.tables[node];
    net_.values[copy] = net_.values[node];
    for (int reader : net_.order)
        for (int &source : net_.tables[reader].sources)
            if (source == node && random_.below(2)) source = copy;
    net_.rebuild();
    return true;
}

bool Walk::remove_constant(int node) {
    bool fires = std::any_of(fire_.begin(), fire_.end(), [](Word w) { return w != 0; });
    bool rests = std::any_of(rest_.begin(), rest_.end(), [](Word w) { return w != 0; });
    if ((fires && rests) || net_.is_output(node)) return false;
    for (int reader : net_.order) {
        Table &table = net_.tables[reader];
        auto found = std::find(table.sources.begin(), table.sources.end(), node);
        if (found != table.sources.end()) fix(table, (int)(found - table.sources.begin()), fires);
    }
    net_.rebuild();
    net_.simulate();
    return true;
}

// Let all readers of a table read another line, or its complement.
bool Walk::substitute(int node) {
    bool is_output = net_.is_output(node);
    for (int line : candidates_) {
        if (is_output && line < net_.inputs) continue;
        bool same = true, opposite = !is_output;
        for (int i = 0; i < net_.words && (same || opposite); i++) {
            Word value = net_.values[line][i];
            if ((value & rest_[i]) || (~value & fire_[i])) same = false;
            if ((value & fire_[i]) || (~value & rest_[i])) opposite = false;
        }
        if (!same && !opposite) continue;
        for (int reader : net_.order) {
            Table &table = net_.tables[reader];
            auto found = std::find(table.sources.begin(), table.sources.end(), node);
            if (found == table.sources.end()) continue;
            int k = (int)(found - table.sources.begin());
            if (!same) table.truth = complemented(table, k);
            read_instead(table, k, line);
        }
        if (is_output) std::replace(net_.outputs.begin(), net_.outputs.end(), node, line);
        net_.rebuild();
        net_.simulate();
        return true;
    }
    return false;
}

bool Walk::rewire(int node) {
    const Table old = net_.tables[node];
    int fan_in = (int)old.sources.size();
    double choice = random_.fraction();
    int dropped = choice < 0.5 ? 1 : choice < 0.85 ? 2 : 3;
    if (random_.below(8) == 0) dropped = 0;
    dropped = std::min(dropped, fan_in);
    std::vector<int> kept = drop(node, dropped);

    int most = std::min(settings_.fan_in - (int)kept.size(), kMostNew);
    int added = dropped ? std::min(dropped, most) : std::min(most, 1);
    if (dropped && random_.below(3) == 0 && added < most) added++;
    if (dropped && random_.below(4) == 0 && added > 0) added--;
    if (!dropped && !added) return false;

    std::vector<Pair> pairs = witnesses(node, kept);
    Mask all;
    std::vector<Mask> masks(candidates_.size());
    for (size_t i = 0; i < pairs.size(); i++) {
        uint64_t bit = uint64_t(1) << (i & 63);
        (i < 64 ? all.low : all.high) |= bit;
        for (size_t c = 0; c < candidates_.size(); c++)
            if (value(candidates_[c], pairs[i].plus) != value(candidates_[c], pairs[i].minus))
                (i < 64 ? masks[c].low : masks[c].high) |= bit;
    }
    std::vector<std::vector<int>> found = sets(masks, all, added);
    int attempts = kAttempts;
    while (attempts-- > 0 && !found.empty()) {
        std::swap(found[random_.below((int)found.size())], found.back());
        std::vector<int> sources = kept;
        bool again = false, all_old = true;
        for (int index : found.back()) {
            int line = candidates_[index];
            again |= contains(kept, line);
            all_old &= contains(old.sources, line);
            sources.push_back(line);
        }
        found.pop_back();
        if (again || sources.empty() || (all_old && added == dropped)) continue;
        double cost = energy_of(node, sources);
        if (cost > 0 && random_.fraction() > std::exp(-cost / settings_.temperature)) continue;
        std::vector<unsigned char> demands;
        if (!tabulate(sources, demands)) continue;
        net_.tables[node] = simplest(sources, demands);
        net_.rebuild();
        net_.update(node);
        return true;
    }
    return false;
}

// Return the sources that are kept; those with few readers are dropped more readily.
std::vector<int> Walk::drop(int node, int count) {
    std::vector<int> kept = net_.tables[node].sources;
    while (count--) {
        std::vector<double> odds;
        double total = 0;
        for (int source : kept)
            odds.push_back(total += 1.0 / (source < net_.inputs ? 4 : net_.readers[source]));
        double point = random_.fraction() * total;
        size_t index = std::upper_bound(odds.begin(), odds.end(), point) - odds.begin();
        kept.erase(kept.begin() + std::min(index, kept.size() - 1));
    }
    return kept;
}

std::vector<Walk::Pair> Walk::witnesses(int node, const std::vector<int> &kept) {
    std::vector<Pair> pairs;
    // The latest pattern of either kind, for each combination of the kept sources.
    std::vector<int> plus(size_t(1) << kept.size(), -1), minus = plus;
    for (int i = 0; i < kSamples && pairs.size() < kWitnesses; i++) {
        int word = care_words_[random_.below((int)care_words_.size())];
        Word bits = care_[word];
        for (int skip = random_.below(__builtin_popcountll(bits)); skip--;) bits &= bits - 1;
        int pattern = word * 64 + __builtin_ctzll(bits), key = 0;
        for (size_t k = 0; k < kept.size(); k++) key |= (int)value(kept[k], pattern) << k;
        (value(node, pattern) ? plus : minus)[key] = pattern;
        if (plus[key] >= 0 && minus[key] >= 0) pairs.push_back({plus[key], minus[key]});
    }
    return pairs;
}

// Return sets of candidates that together tell all witnesses apart.
std::vector<std::vector<int>> Walk::sets(
    const std::vector<Mask> &masks, const Mask &all, int size) {
    std::vector<std::vector<int>> found;
    int count = (int)masks.size();
    if (size == 0 && all == Mask()) found.push_back({});
    if (size == 1)
        for (int x = 0; x < count; x++)
            if (masks[x] == all) found.push_back({x});
    if (size == 2)
        for (int x = 0; x < count; x++)
            for (int y = x + 1; y < count; y++)
                if ((masks[x] | masks[y]) == all) found.push_back({x, y});
    // There are too many sets of three: only some first members are tried.
    for (int i = 0; size == 3 && i < std::min(count, 12); i++) {
        int x = random_.below(count);
        for (int y = 0; y < count && found.size() < kSets; y++)
            for (int z = y + 1; z < count; z++)
                if (x != y && x != z && (masks[x] | masks[y] | masks[z]) == all)
                    found.push_back({x, y, z});
    }
    return found;
}

// Find what a table with these sources has to give. False if that is contradictory.
bool Walk::tabulate(const std::vector<int> &sources, std::vector<unsigned char> &demands) {
    int size = 1 << sources.size();
    demands.assign(size, kFree);
    std::vector<const Word *> lines;
    for (int source : sources) lines.push_back(net_.values[source].data());
    Word parts[1 << kMostInputs];
    for (int word : shuffled_) {
        if (!care_[word]) continue;
        for (int half = 0; half < 2; half++) {
            parts[0] = half ? rest_[word] : fire_[word];
            if (!parts[0]) continue;
            for (size_t k = 0; k < lines.size(); k++)
                for (int i = 0; i < 1 << k; i++) {
                    parts[i | 1 << k] = parts[i] & lines[k][word];
                    parts[i] &= ~lines[k][word];
                }
            for (int i = 0; i < size; i++)
                if (parts[i]) demands[i] |= half ? kZero : kOne;
        }
        if (std::count(demands.begin(), demands.end(), kConflict)) return false;
    }
    return true;
}

// Return a table that does what is asked for, without the sources that it can do without.
Table Walk::simplest(std::vector<int> sources, std::vector<unsigned char> demands) {
    for (int k = (int)sources.size() - 1; k >= 0; k--) {
        std::vector<unsigned char> joined;
        for (int i = 0; i < (int)demands.size(); i++)
            if (!(i >> k & 1)) joined.push_back(demands[i] | demands[i | 1 << k]);
        if (sources.size() > 1 && !std::count(joined.begin(), joined.end(), kConflict)) {
            demands = joined;
            sources.erase(sources.begin() + k);
        }
    }
    // What is free follows a neighbour, so that there are few changes of value.
    for (size_t k = 0; k < sources.size(); k++) {
        std::vector<unsigned char> filled = demands;
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

// How much worse it is to read these sources than the ones that the table has.
double Walk::energy_of(int node, const std::vector<int> &sources) {
    auto popularity = [&](int readers) { return popularity_[std::min(readers, 63)]; };
    const std::vector<int> &old = net_.tables[node].sources;
    double cost = 0;
    int deepest = 0;
    for (int source : old)
        if (source >= net_.inputs && !contains(sources, source))
            cost += popularity(net_.readers[source] - 1) - popularity(net_.readers[source]);
    for (int source : sources) {
        deepest = std::max(deepest, net_.level[source] + 1);
        if (source >= net_.inputs && !contains(old, source))
            cost += popularity(net_.readers[source] + 1) - popularity(net_.readers[source]);
    }
    if (settings_.depth_cost && net_.level[node] + net_.height[node] == net_.depth())
        cost += settings_.depth_cost * (deepest - net_.level[node]);
    return cost;
}
