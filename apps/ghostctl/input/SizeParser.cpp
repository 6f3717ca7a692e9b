// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "input/SizeParser.h"

#include <array>
#include <limits>

#include <QtCore/QRegularExpression>

namespace ghost::ctl {
namespace {

struct Unit
{
    const char *name;
    qint64 bytes;
};

constexpr qint64 kilo = 1000;
constexpr qint64 kibi = 1024;
constexpr std::array units = {
    Unit{"B", 1},
    Unit{"kB", kilo},
    Unit{"KB", kilo},
    Unit{"KiB", kibi},
    Unit{"MB", kilo *kilo},
    Unit{"MiB", kibi *kibi},
    Unit{"GB", kilo *kilo *kilo},
    Unit{"GiB", kibi *kibi *kibi},
    Unit{"TB", kilo *kilo *kilo *kilo},
    Unit{"TiB", kibi *kibi *kibi *kibi},
};
// More digits than a byte of a TiB has parts: nobody means them, and they would overflow the sum below.
constexpr qsizetype fractionDigits = 12;

Error refusedSize(QStringView text, const QString &why)
{
    return Error(Code::InvalidArgument, QStringLiteral("size '%1': %2").arg(text, why))
        .withHint(QStringLiteral("write 4GiB (2^30), 50GB (10^9) or bytes"));
}

Result<qint64> unitBytes(QStringView text, QStringView unit)
{
    if (unit.isEmpty())
        return qint64(1);
    for (const Unit &known : units) {
        if (unit == QLatin1String(known.name))
            return known.bytes;
    }
    // `gb` and `4G` are refused, not guessed: G is 10^9 in one program and 2^30 in the next.
    for (const Unit &known : units) {
        if (unit.compare(QLatin1String(known.name), Qt::CaseInsensitive) == 0)
            return refusedSize(text,
                               QStringLiteral("unit '%1' is not known; did you mean '%2'?").arg(unit, known.name));
    }
    return refusedSize(text, QStringLiteral("unit '%1' is not known").arg(unit));
}

} // namespace

Result<qint64> parseSize(QStringView text)
{
    static const QRegularExpression pattern(QStringLiteral("\\A([0-9]+)(?:\\.([0-9]+))? ?([A-Za-z]*)\\z"));
    if (text.startsWith(u'-'))
        return refusedSize(text, QStringLiteral("it is negative"));
    const QRegularExpressionMatch match = pattern.match(text.toString());
    if (!match.hasMatch())
        return refusedSize(text, QStringLiteral("it is not a size"));

    const Result<qint64> unit = unitBytes(text, match.capturedView(3));
    if (!unit)
        return unit.error();
    if (*unit == 1 && match.hasCaptured(2))
        return refusedSize(text, QStringLiteral("a byte has no parts"));
    bool fits = false;
    const qint64 whole = match.capturedView(1).toLongLong(&fits);
    const QString fraction = match.captured(2);
    if (fraction.size() > fractionDigits)
        return refusedSize(text, QStringLiteral("too many digits"));

    __int128 bytes = __int128(whole) * *unit;
    __int128 scale = 1;
    for (qsizetype digit = 0; digit < fraction.size(); ++digit)
        scale *= 10;
    if (!fraction.isEmpty())
        bytes += __int128(fraction.toLongLong()) * *unit / scale;
    if (!fits || bytes > std::numeric_limits<qint64>::max())
        return refusedSize(text, QStringLiteral("it is too big"));
    if (bytes == 0)
        return refusedSize(text, QStringLiteral("it is zero"));
    return qint64(bytes);
}

} // namespace ghost::ctl
