// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "input/DurationParser.h"

#include <array>
#include <limits>

#include <QtCore/QRegularExpression>

namespace ghost::ctl {
namespace {

using std::chrono::milliseconds;

struct Unit
{
    const char *name;
    milliseconds length;
};

constexpr std::array units = {
    Unit{"h", std::chrono::hours(1)},
    Unit{"m", std::chrono::minutes(1)},
    Unit{"s", std::chrono::seconds(1)},
    Unit{"ms", milliseconds(1)},
};
constexpr milliseconds longest = std::chrono::hours(365 * 24);

Error refused(QStringView text, const QString &why)
{
    return Error(Code::InvalidArgument, QStringLiteral("duration '%1': %2").arg(text, why))
        .withHint(QStringLiteral("write 30s, 2m or 1h30m"));
}

} // namespace

Result<milliseconds> parseDuration(QStringView text)
{
    static const QRegularExpression whole(QStringLiteral("\\A(?:[0-9]+[a-z]+)+\\z"));
    static const QRegularExpression part(QStringLiteral("([0-9]+)([a-z]+)"));
    static const QRegularExpression bareNumber(QStringLiteral("\\A[0-9]+\\z"));
    const QString copy = text.toString();
    if (text.startsWith(u'-'))
        return refused(text, QStringLiteral("it is negative"));
    if (bareNumber.match(copy).hasMatch())
        return refused(text, QStringLiteral("its unit is missing"));
    if (!whole.match(copy).hasMatch())
        return refused(text, QStringLiteral("it is not a duration"));

    milliseconds sum(0);
    milliseconds previous = milliseconds::max();
    for (auto parts = part.globalMatch(copy); parts.hasNext();) {
        const QRegularExpressionMatch match = parts.next();
        const auto unit = std::find_if(units.begin(), units.end(), [&match](const Unit &known) {
            return match.capturedView(2) == QLatin1String(known.name);
        });
        if (unit == units.end())
            return refused(text, QStringLiteral("unit '%1' is not known").arg(match.captured(2)));
        if (unit->length >= previous)
            return refused(text, QStringLiteral("units go from big to small, each once"));
        previous = unit->length;
        bool fits = false;
        const qint64 count = match.capturedView(1).toLongLong(&fits);
        if (!fits || count > longest / unit->length)
            return refused(text, QStringLiteral("it is longer than a year"));
        sum += unit->length * count;
    }
    if (sum > longest)
        return refused(text, QStringLiteral("it is longer than a year"));
    if (sum == milliseconds(0))
        return refused(text, QStringLiteral("it is zero"));
    return sum;
}

} // namespace ghost::ctl
