// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include <QtCore/QSaveFile>
#include <QtCore/QXmlStreamWriter>

#include "Report.h"

namespace ghost::kit {

namespace {

void writeCase(QXmlStreamWriter &xml, const Tried &tried)
{
    xml.writeStartElement(QStringLiteral("testcase"));
    xml.writeAttribute(QStringLiteral("classname"), QLatin1String(tried.suite));
    xml.writeAttribute(QStringLiteral("name"), QLatin1String(tried.row->name));
    xml.writeAttribute(QStringLiteral("time"), QString::number(tried.outcome.seconds, 'f', 3));
    if (tried.outcome.status == Outcome::Status::Failed) {
        xml.writeStartElement(QStringLiteral("failure"));
        xml.writeAttribute(QStringLiteral("message"), tried.outcome.seen);
        xml.writeCharacters(QStringLiteral("rule: %1\nwritten: %2\n%3")
                                .arg(QString::fromUtf8(tried.row->rule), QString::fromUtf8(tried.row->where),
                                     tried.outcome.log.join(u'\n')));
        xml.writeEndElement();
    } else if (tried.outcome.status == Outcome::Status::Skipped) {
        xml.writeEmptyElement(QStringLiteral("skipped"));
        xml.writeAttribute(QStringLiteral("message"), tried.outcome.seen);
    }
    xml.writeEndElement();
}

} // namespace

bool writeJUnit(const QString &path, const QString &plugin, const QList<Tried> &all)
{
    const auto count = [&](Outcome::Status status) {
        return QString::number(
            std::count_if(all.begin(), all.end(), [&](const Tried &tried) { return tried.outcome.status == status; }));
    };
    QSaveFile file(path);
    if (!file.open(QIODevice::WriteOnly))
        return false;
    QXmlStreamWriter xml(&file);
    xml.setAutoFormatting(true);
    xml.writeStartDocument();
    xml.writeStartElement(QStringLiteral("testsuite"));
    xml.writeAttribute(QStringLiteral("name"), plugin);
    xml.writeAttribute(QStringLiteral("tests"), QString::number(all.size()));
    xml.writeAttribute(QStringLiteral("failures"), count(Outcome::Status::Failed));
    xml.writeAttribute(QStringLiteral("skipped"), count(Outcome::Status::Skipped));
    for (const Tried &tried : all)
        writeCase(xml, tried);
    xml.writeEndDocument();
    return file.commit();
}

} // namespace ghost::kit
