// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "config/DidYouMean.h"

#include <algorithm>
#include <vector>

namespace ghost {

namespace {

/// Letters to add, drop, change or swap with their neighbour (optimal string alignment).
int distance(const QString &a, const QString &b)
{
    const int width = int(b.size()) + 1;
    std::vector<int> cost(std::size_t(a.size() + 1) * std::size_t(width));
    const auto at = [&](int i, int j) -> int & { return cost[std::size_t(i) * std::size_t(width) + std::size_t(j)]; };
    for (int i = 0; i <= a.size(); ++i) {
        for (int j = 0; j <= b.size(); ++j) {
            if (i == 0 || j == 0) {
                at(i, j) = i + j;
                continue;
            }
            at(i, j) = std::min({at(i - 1, j) + 1, at(i, j - 1) + 1, at(i - 1, j - 1) + (a[i - 1] != b[j - 1])});
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                at(i, j) = std::min(at(i, j), at(i - 2, j - 2) + 1);
        }
    }
    return at(int(a.size()), int(b.size()));
}

} // namespace

QString nearestName(const QString &name, const QStringList &candidates)
{
    if (name.size() > 100)
        return {};
    QString nearest;
    int best = std::clamp(int(name.size()) / 3, 1, 3) + 1;
    for (const QString &candidate : candidates) {
        const int letters = distance(name.toLower(), candidate.toLower());
        if (letters < best) {
            best = letters;
            nearest = candidate;
        }
    }
    return nearest;
}

QString didYouMean(const QString &name, const QStringList &candidates)
{
    const QString nearest = nearestName(name, candidates);
    return nearest.isEmpty() ? QString() : QStringLiteral("; did you mean '%1'?").arg(nearest);
}

} // namespace ghost
