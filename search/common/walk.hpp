// SPDX-License-Identifier: Apache-2.0
// A random walk through networks that compute the same, towards fewer nodes or less depth.
//
// One visit to a node n:
//   1. Flip n on every pattern and see on which of them an output changes: the care set of n.
//      Elsewhere n may do as it likes.
//   2. If n is constant on the care set, or another line or its complement equals it there, n goes.
//   3. Else give up some sources of n and look for others, so that some node within the limits
//      still equals n on the care set. Witnesses make this fast: pairs of patterns which n tells
//      apart and the retained sources do not. The new sources must tell each pair apart, which
//      takes one OR of machine words for a set of candidates. Only survivors get a truth table.
// A change that saves nothing is accepted by the rule of Metropolis: lines that have many readers
// are cheap to read, so that popular lines become more popular and others lose their last reader.
// Now and then a node is doubled, which gives each copy a smaller care set.
#pragma once

#include <cmath>

#include "network.hpp"
#include "random.hpp"

struct Settings {
    long visits;         // when to stop
    int max_depth;       // never deeper than this
    double temperature;  // how readily a change for the worse is accepted
    int slack;           // how many nodes more than the best the walk may have by doubling
    double depth_cost;   // cost of a level on a longest path; 0 if only nodes count
    int fan_in;          // most sources of a node
};

// What a node has to give for one combination of its sources.
enum Demand : unsigned char { kFree = 0, kOne = 1, kZero = 2, kConflict = 3 };
using Demands = std::vector<unsigned char>;

inline bool contains(const std::vector<int> &list, int item) {
    return std::find(list.begin(), list.end(), item) != list.end();
}

template <class Node>
class Walk {
public:
    Walk(Network<Node> &network, const Settings &settings, Random &random)
        : net_(network), settings_(settings), random_(random) {
        for (int i = 0; i < net_.words; i++) shuffled_.push_back(i);
        for (int i = 0; i < net_.words; i++)
            std::swap(shuffled_[i], shuffled_[i + random_.below(net_.words - i)]);
        popularity_.push_back(0);
        for (int readers = 1; readers < 64; readers++)
            popularity_.push_back(1 + 0.45 * std::log((double)readers));
    }
    virtual ~Walk() = default;

    // Whether a node keeps the limits.
    virtual bool allows(const Node &) const { return true; }

    // Visit a node chosen at random. True if the network has changed.
    bool step(int best) {
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
        for (int line = 0; line < (int)net_.nodes.size(); line++) {
            if (line >= net_.inputs && !net_.nodes[line].alive) continue;
            if (dependent_[line]) continue;
            if (net_.level[line] + 1 + net_.height[node] > settings_.max_depth) continue;
            candidates_.push_back(line);
        }
        if (substitute(node)) return true;
        for (int attempt = 0; attempt < 3; attempt++)
            if (rewire(node)) return true;
        return false;
    }

protected:
    // Whether a node may stay as it is once others read another line in place of `removed`.
    virtual bool may_stay(int, int) const { return true; }
    // How many sets of new sources are tried.
    virtual int attempts() const { return 40; }
    // Whether it is worth trying the very same sources again.
    virtual bool repeats() { return false; }
    // Make a node that gives what is demanded of these sources. False if there is none.
    virtual bool make(const Node &old, const std::vector<int> &retained,
                      const std::vector<int> &sources, const Demands &demands, Node &node) = 0;

    Network<Node> &net_;
    Settings settings_;
    Random &random_;

private:
    static constexpr size_t kWitnesses = 128;
    static constexpr int kSamples = 1500;   // patterns looked at to find them
    static constexpr size_t kSets = 20000;  // sets of new sources that are listed
    static constexpr int kMostNew = 3;
    static constexpr int kMostRetained = 7;
    static constexpr int kDoubling = 400;  // visits between two attempts to double a node

    struct Pair {
        int plus, minus;  // patterns on which n gives 1, and 0
    };
    struct Mask {
        uint64_t low = 0, high = 0;  // which witnesses a line tells apart
        Mask operator|(const Mask &o) const { return {low | o.low, high | o.high}; }
        bool operator==(const Mask &o) const { return low == o.low && high == o.high; }
    };

    bool duplicate(int node) {
        int copy = net_.place();
        net_.nodes[copy] = net_.nodes[node];
        net_.values[copy] = net_.values[node];
        for (int reader : net_.order)
            for (int &source : net_.nodes[reader].sources)
                if (source == node && random_.below(2)) source = copy;
        net_.rebuild();
        return true;
    }

    bool remove_constant(int node) {
        bool fires = std::any_of(fire_.begin(), fire_.end(), [](Word w) { return w != 0; });
        bool rests = std::any_of(rest_.begin(), rest_.end(), [](Word w) { return w != 0; });
        if ((fires && rests) || net_.is_output(node)) return false;
        for (int reader : net_.order) {
            int k = place_of(node, reader);
            if (k >= 0) net_.nodes[reader].fix(k, fires);
        }
        net_.rebuild();
        net_.simulate();
        return true;
    }

    // Let all readers of a node read another line, or its complement.
    bool substitute(int node) {
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
            std::vector<Node> before = net_.nodes;
            bool legal = true;
            for (int reader : net_.order) {
                int k = place_of(node, reader);
                if (k >= 0) net_.nodes[reader].read_instead(k, line, !same);
                legal &= may_stay(reader, node);
            }
            if (!legal) {
                net_.nodes = before;
                continue;
            }
            if (is_output) std::replace(net_.outputs.begin(), net_.outputs.end(), node, line);
            net_.rebuild();
            net_.simulate();
            return true;
        }
        return false;
    }

    bool rewire(int node) {
        const Node old = net_.nodes[node];
        int fan_in = (int)old.sources.size();
        double choice = random_.fraction();
        int dropped = choice < 0.5 ? 1 : choice < 0.85 ? 2 : 3;
        if (random_.below(8) == 0) dropped = 0;
        dropped = std::min(dropped, fan_in);
        std::vector<int> retained = drop(node, dropped);
        if (retained.size() > kMostRetained) return false;

        int most = std::min(settings_.fan_in - (int)retained.size(), kMostNew);
        int added = dropped ? std::min(dropped, most) : std::min(most, 1);
        if (dropped && random_.below(3) == 0 && added < most) added++;
        if (dropped && random_.below(4) == 0 && added > 0) added--;
        if (!dropped && !added) return false;

        std::vector<std::vector<int>> choices = choices_of(node, retained, added);
        for (int left = attempts(); left > 0 && !choices.empty(); left--) {
            std::swap(choices[random_.below((int)choices.size())], choices.back());
            std::vector<int> sources = retained;
            bool again = false, all_old = true;
            for (int index : choices.back()) {
                int line = candidates_[index];
                again |= contains(retained, line);
                all_old &= contains(old.sources, line);
                sources.push_back(line);
            }
            choices.pop_back();
            if (again || sources.empty() || (all_old && added == dropped && !repeats())) continue;
            double cost = energy_of(node, sources);
            if (cost > 0 && random_.fraction() > std::exp(-cost / settings_.temperature)) continue;
            Demands demands;
            Node changed;
            if (!tabulate(sources, demands) || !make(old, retained, sources, demands, changed))
                continue;
            net_.nodes[node] = changed;
            net_.rebuild();
            net_.update(node);
            return true;
        }
        return false;
    }

    // Return where a node is among the sources of a reader, or -1.
    int place_of(int node, int reader) const {
        const std::vector<int> &sources = net_.nodes[reader].sources;
        auto place = std::find(sources.begin(), sources.end(), node);
        return place == sources.end() ? -1 : (int)(place - sources.begin());
    }

    bool value(int node, int pattern) const {
        return net_.values[node][pattern >> 6] >> (pattern & 63) & 1;
    }

    // Return the sources that are retained; those with few readers are dropped more readily.
    std::vector<int> drop(int node, int count) {
        std::vector<int> retained = net_.nodes[node].sources;
        while (count--) {
            std::vector<double> odds;
            double total = 0;
            for (int source : retained)
                odds.push_back(total += 1.0 / (source < net_.inputs ? 4 : net_.readers[source]));
            double point = random_.fraction() * total;
            size_t index = std::upper_bound(odds.begin(), odds.end(), point) - odds.begin();
            retained.erase(retained.begin() + std::min(index, retained.size() - 1));
        }
        return retained;
    }

    std::vector<Pair> witnesses(int node, const std::vector<int> &retained) {
        std::vector<Pair> pairs;
        // The latest pattern of either kind, for each combination of the retained sources.
        std::vector<int> plus(size_t(1) << retained.size(), -1), minus = plus;
        for (int i = 0; i < kSamples && pairs.size() < kWitnesses; i++) {
            int word = care_words_[random_.below((int)care_words_.size())];
            Word bits = care_[word];
            for (int skip = random_.below(__builtin_popcountll(bits)); skip--;) bits &= bits - 1;
            int pattern = word * 64 + __builtin_ctzll(bits), key = 0;
            for (size_t k = 0; k < retained.size(); k++)
                key |= (int)value(retained[k], pattern) << k;
            (value(node, pattern) ? plus : minus)[key] = pattern;
            if (plus[key] >= 0 && minus[key] >= 0) pairs.push_back({plus[key], minus[key]});
        }
        return pairs;
    }

    // Return sets of candidates that together tell all witnesses apart.
    std::vector<std::vector<int>> choices_of(
        int node, const std::vector<int> &retained, int size) {
        std::vector<Pair> pairs = witnesses(node, retained);
        Mask all;
        std::vector<Mask> masks(candidates_.size());
        for (size_t i = 0; i < pairs.size(); i++) {
            uint64_t bit = uint64_t(1) << (i & 63);
            (i < 64 ? all.low : all.high) |= bit;
            for (size_t c = 0; c < candidates_.size(); c++)
                if (value(candidates_[c], pairs[i].plus) != value(candidates_[c], pairs[i].minus))
                    (i < 64 ? masks[c].low : masks[c].high) |= bit;
        }
        std::vector<std::vector<int>> choices;
        int count = (int)masks.size();
        if (size == 0 && all == Mask()) choices.push_back({});
        if (size == 1)
            for (int x = 0; x < count; x++)
                if (masks[x] == all) choices.push_back({x});
        if (size == 2)
            for (int x = 0; x < count; x++)
                for (int y = x + 1; y < count; y++)
                    if ((masks[x] | masks[y]) == all) choices.push_back({x, y});
        // There are too many sets of three: only some first members are tried.
        for (int i = 0; size == 3 && i < std::min(count, 12); i++) {
            int x = random_.below(count);
            for (int y = 0; y < count && choices.size() < kSets; y++)
                for (int z = y + 1; z < count; z++)
                    if (x != y && x != z && (masks[x] | masks[y] | masks[z]) == all)
                        choices.push_back({x, y, z});
        }
        return choices;
    }

    // Find what a node with these sources has to give. False if that is contradictory.
    bool tabulate(const std::vector<int> &sources, Demands &demands) {
        size_t size = size_t(1) << sources.size();
        demands.assign(size, kFree);
        std::vector<const Word *> lines;
        for (int source : sources) lines.push_back(net_.values[source].data());
        std::vector<Word> parts(size);
        for (int word : shuffled_)
            for (Demand demand : {kOne, kZero}) {
                parts[0] = (demand == kOne ? fire_ : rest_)[word];
                if (!parts[0]) continue;
                for (size_t k = 0; k < lines.size(); k++)
                    for (size_t i = 0; i < size_t(1) << k; i++) {
                        parts[i | size_t(1) << k] = parts[i] & lines[k][word];
                        parts[i] &= ~lines[k][word];
                    }
                for (size_t i = 0; i < size; i++)
                    if (parts[i] && (demands[i] |= demand) == kConflict) return false;
            }
        return true;
    }

    // How much worse it is to read these sources than the ones that the node has.
    double energy_of(int node, const std::vector<int> &sources) {
        auto popularity = [&](int readers) { return popularity_[std::min(readers, 63)]; };
        const std::vector<int> &old = net_.nodes[node].sources;
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

    Row care_, fire_, rest_;
    std::vector<char> dependent_;
    std::vector<int> candidates_, care_words_, shuffled_;
    std::vector<double> popularity_;
};
