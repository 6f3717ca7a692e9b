// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "cli/Suggestion.h"

#include <algorithm>
#include <numeric>
#include <vector>

namespace ghost::cli {
namespace {

/// Letters to add, drop or change (Levenshtein).
int distance(const QString &a, const QString &b)
{
    std::vector<int> row(size_t(b.size()) + 1);
    std::iota(row.begin(), row.end(), 0);
    for (qsizetype i = 1; i <= a.size(); ++i) {
        int diagonal = row[0];
        row[0] = int(i);
        for (size_t j = 1; j < row.size(); ++j) {
            const int change = diagonal + (a[i - 1] == b[qsizetype(j) - 1] ? 0 : 1);
            diagonal = row[j];
            row[j] = std::min({row[j] + 1, row[j - 1] + 1, change});
        }
    }
    return row.back();
}

} // namespace

QString suggestionFor(const QString &word, const QStringList &known)
{
    constexpr qsizetype longestWord = 40;
    if (word.size() > longestWord)
        return {};
    QString best;
    int bestDistance = std::max<int>(1, int(word.size()) / 3) + 1;
    for (const QString &candidate : known) {
        const int far = candidate.startsWith(word) && word.size() > 1 ? 1 : distance(word, candidate);
        if (far < bestDistance) {
            bestDistance = far;
            best = candidate;
        }
    }
    return best;
}

} // namespace ghost::cli
