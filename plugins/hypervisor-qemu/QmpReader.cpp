// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "QmpReader.h"

#include <QtCore/QJsonDocument>

namespace ghost {

namespace {

Error notQmp(const QString &why)
{
    return Error(Code::Unavailable, QStringLiteral("what came over QEMU's socket is not QMP: ") + why);
}

Result<QJsonObject> parse(const QByteArray &line)
{
    QJsonParseError problem;
    const QJsonDocument document = QJsonDocument::fromJson(line, &problem);
    if (!document.isObject())
        return notQmp(problem.error == QJsonParseError::NoError ? QStringLiteral("no object") : problem.errorString());
    QJsonObject message = document.object();
    for (const char *kind : {"QMP", "return", "error", "event"})
        if (message.contains(QLatin1String(kind)))
            return message;
    return notQmp(QStringLiteral("no greeting, answer or event"));
}

} // namespace

Result<QList<QJsonObject>> QmpReader::take(QByteArrayView bytes)
{
    m_rest.append(bytes);
    QList<QJsonObject> messages;
    for (qsizetype end = m_rest.indexOf('\n'); end >= 0; end = m_rest.indexOf('\n')) {
        if (end > maxLineBytes)
            break;
        const auto message = parse(m_rest.first(end));
        if (!message)
            return message.error();
        messages.append(*message);
        m_rest.remove(0, end + 1);
    }
    if (m_rest.size() > maxLineBytes)
        return notQmp(QStringLiteral("a line of more than %1 bytes").arg(maxLineBytes));
    return messages;
}

} // namespace ghost
