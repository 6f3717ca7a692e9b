// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "output/Output.h"

#include <cerrno>
#include <poll.h>
#include <unistd.h>

#include <QtCore/QJsonArray>
#include <QtCore/QJsonDocument>
#include <QtCore/QJsonObject>

#include "output/Yaml.h"

namespace ghost::ctl {
namespace {

/// QJsonDocument leaves DEL and the C1 controls as they are, and some terminals obey them. They stand in strings only.
QString withoutControls(const QByteArray &json)
{
    QString safe;
    for (const QChar c : QString::fromUtf8(json)) {
        if (c.unicode() >= 0x7f && c.unicode() <= 0x9f)
            safe += QStringLiteral("\\u%1").arg(c.unicode(), 4, 16, QLatin1Char('0'));
        else
            safe += c;
    }
    return safe;
}

QString jsonText(const QJsonValue &value, QJsonDocument::JsonFormat format)
{
    const QJsonDocument document = value.isArray() ? QJsonDocument(value.toArray()) : QJsonDocument(value.toObject());
    return withoutControls(document.toJson(format));
}

} // namespace

Output::Output(OutputFormat format)
    : m_format(format)
{}

void Output::text(const QString &text)
{
    bytes(text.toUtf8());
}

void Output::value(const QJsonValue &value)
{
    text(m_format == OutputFormat::Yaml ? yamlText(value) : jsonText(value, QJsonDocument::Indented));
}

void Output::item(const QJsonValue &value)
{
    if (m_format == OutputFormat::Yaml)
        text(QStringLiteral("---\n") + yamlText(value));
    else
        text(jsonText(value, QJsonDocument::Compact) + u'\n');
}

namespace {

void waitForReader()
{
    pollfd output = {STDOUT_FILENO, POLLOUT, 0};
    ::poll(&output, 1, -1);
}

} // namespace

void Output::bytes(QByteArrayView bytes)
{
    while (m_error == 0 && !bytes.isEmpty()) {
        const ssize_t written = ::write(STDOUT_FILENO, bytes.data(), size_t(bytes.size()));
        if (written >= 0)
            bytes = bytes.sliced(written);
        else if (errno == EAGAIN) // who shares the pipe with us may have made it so; the reader takes the time it likes
            waitForReader();
        else if (errno != EINTR)
            m_error = errno;
    }
}

} // namespace ghost::ctl
