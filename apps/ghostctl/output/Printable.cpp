// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "output/Printable.h"

#include <QtCore/QList>

namespace ghost::ctl {
namespace {

bool isObeyed(char32_t c)
{
    switch (QChar::category(c)) {
    case QChar::Other_Control:
    case QChar::Other_Surrogate:
    case QChar::Separator_Line:
    case QChar::Separator_Paragraph:
        return true;
    case QChar::Other_Format:
        return c != 0x200d; // joins the parts of one emoji
    default:
        return false;
    }
}

QString writtenOut(char32_t c)
{
    if (c == U'\n')
        return QStringLiteral("\\n");
    if (c == U'\t')
        return QStringLiteral("\\t");
    return c < 0x100 ? QStringLiteral("\\x%1").arg(uint(c), 2, 16, QLatin1Char('0'))
                     : QStringLiteral("\\u%1").arg(uint(c), 4, 16, QLatin1Char('0'));
}

bool isWide(char32_t c)
{
    // East Asian Wide and Fullwidth blocks, and the emoji; good enough to keep columns straight.
    return (c >= 0x1100 && c <= 0x115f) || (c >= 0x2e80 && c <= 0xa4cf) || (c >= 0xac00 && c <= 0xd7a3) ||
           (c >= 0xf900 && c <= 0xfaff) || (c >= 0xfe30 && c <= 0xfe6f) || (c >= 0xff00 && c <= 0xff60) ||
           (c >= 0xffe0 && c <= 0xffe6) || (c >= 0x1f300 && c <= 0x1faff) || (c >= 0x20000 && c <= 0x3fffd);
}

bool isNarrowless(char32_t c)
{
    const QChar::Category category = QChar::category(c);
    return category == QChar::Mark_NonSpacing || category == QChar::Mark_Enclosing || c == 0x200d;
}

} // namespace

QString printable(QStringView text)
{
    QString safe;
    safe.reserve(text.size());
    for (const char32_t c : text.toUcs4()) {
        if (isObeyed(c))
            safe += writtenOut(c);
        else
            safe += QStringView(QChar::fromUcs4(c));
    }
    return safe;
}

int displayWidth(QStringView text)
{
    int columns = 0;
    for (const char32_t c : text.toUcs4())
        columns += isNarrowless(c) ? 0 : isWide(c) ? 2 : 1;
    return columns;
}

} // namespace ghost::ctl
