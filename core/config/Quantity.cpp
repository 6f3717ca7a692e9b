// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "config/Quantity.h"

#include <cmath>
#include <iterator>

#include <QtCore/QRegularExpression>

namespace ghost {

namespace {

struct Unit
{
    const char *name; ///< lower case
    qint64 factor;
};

constexpr Unit byteUnits[] = {
    {"", 1},
    {"b", 1},
    {"kib", qint64(1) << 10},
    {"mib", qint64(1) << 20},
    {"gib", qint64(1) << 30},
    {"tib", qint64(1) << 40},
    {"kb", 1'000},
    {"mb", 1'000'000},
    {"gb", 1'000'000'000},
    {"tb", 1'000'000'000'000},
};

constexpr Unit timeUnits[] = {
    {"", 1}, {"ms", 1}, {"s", 1'000}, {"m", 60'000}, {"h", 3'600'000}, {"d", 86'400'000},
};

template <std::size_t N>
Result<qint64> parseQuantity(const QString &text, const Unit (&units)[N], const QString &examples)
{
    static const QRegularExpression form(QStringLiteral("\\A([0-9]{1,19})(\\.[0-9]{1,9})? ?([a-z]*)\\z"),
                                         QRegularExpression::CaseInsensitiveOption);
    const Error wrong(Code::InvalidArgument, QStringLiteral("'%1' is not %2").arg(text.left(40), examples));
    const QRegularExpressionMatch match = form.match(text);
    if (!match.hasMatch())
        return wrong;
    const auto unit = std::find_if(std::begin(units), std::end(units), [&](const Unit &candidate) {
        return match.capturedView(3).compare(QLatin1String(candidate.name), Qt::CaseInsensitive) == 0;
    });
    if (unit == std::end(units))
        return wrong;
    bool fits = false;
    const qint64 whole = match.capturedView(1).toLongLong(&fits);
    qint64 value = 0;
    if (!fits || __builtin_mul_overflow(whole, unit->factor, &value))
        return Error(Code::InvalidArgument, QStringLiteral("'%1' is too big").arg(text.left(40)));
    const double fraction = match.capturedView(2).isEmpty() ? 0 : match.capturedView(2).toDouble();
    if (fraction > 0 && unit->factor == 1)
        return wrong;
    if (__builtin_add_overflow(value, qint64(std::llround(fraction * double(unit->factor))), &value))
        return Error(Code::InvalidArgument, QStringLiteral("'%1' is too big").arg(text.left(40)));
    return value;
}

} // namespace

Result<qint64> parseBytes(const QString &text)
{
    return parseQuantity(text, byteUnits, QStringLiteral("a size such as 4GiB, 50GB or 1048576"));
}

Result<qint64> parseDuration(const QString &text)
{
    return parseQuantity(text, timeUnits, QStringLiteral("a duration such as 500ms, 30s, 5m or 2h"));
}

QString formatBytes(qint64 bytes)
{
    if (bytes < 0)
        return QLatin1Char('-') + formatBytes(-bytes);
    struct Shown
    {
        qint64 factor;
        const char *name;
    };
    static constexpr Shown exact[] = {
        {qint64(1) << 40, "TiB"}, {1'000'000'000'000, "TB"}, {qint64(1) << 30, "GiB"}, {1'000'000'000, "GB"},
        {qint64(1) << 20, "MiB"}, {1'000'000, "MB"},         {qint64(1) << 10, "KiB"},
    };
    // 50 GB that somebody wrote comes back as 50 GB; 3.5 GiB is nicer than 3584 MiB.
    for (const Shown &unit : exact)
        if (bytes >= unit.factor && bytes % unit.factor == 0 && bytes / unit.factor < 1000)
            return QStringLiteral("%1 %2").arg(bytes / unit.factor).arg(QLatin1String(unit.name));
    for (const Shown &unit : exact)
        if (bytes >= unit.factor && unit.name[1] == 'i')
            return QStringLiteral("%1 %2")
                .arg(double(bytes) / double(unit.factor), 0, 'f', 1)
                .arg(QLatin1String(unit.name));
    return QStringLiteral("%1 bytes").arg(bytes);
}

} // namespace ghost
