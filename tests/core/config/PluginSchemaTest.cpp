// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include <QtCore/QDir>
#include <QtCore/QDirIterator>
#include <QtCore/QJsonDocument>
#include <QtTest/QtTest>

#include "config/ConfigSchema.h"

using namespace ghost;

namespace {

QJsonObject readJson(const QString &path)
{
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? QJsonDocument::fromJson(file.readAll()).object() : QJsonObject();
}

} // namespace

/// The schema of plugin.json that authors get, and the plugins of this tree.
class PluginSchemaTest : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void initTestCase()
    {
        const auto schema = ConfigSchema::fromJson(readJson(m_root + "/share/schema/plugin.schema.json"));
        QVERIFY2(schema, qPrintable(schema ? QString() : schema.error().text()));
        m_schema = *schema;
    }

    void everyPluginOfThisTreeKeepsIt()
    {
        int count = 0;
        QDirIterator files(m_root + "/plugins", {"plugin.json"}, QDir::Files, QDirIterator::Subdirectories);
        while (files.hasNext()) {
            const QString path = files.next();
            const QJsonObject metadata = readJson(path);
            QVERIFY2(!metadata.isEmpty(), qPrintable(path));
            QList<ConfigProblem> problems;
            m_schema->check(metadata, {}, problems);
            QVERIFY2(problems.isEmpty(), qPrintable(path + ": " + (problems.isEmpty() ? "" : problems.first().line())));
            ++count;
        }
        QVERIFY(count >= 5);
    }

    void refusesWhatIsMissingOrUnknown()
    {
        QJsonObject metadata = readJson(m_root + "/plugins/api-grpc/plugin.json");
        metadata.insert("rolls", "Frontend");
        metadata.remove("license");
        QList<ConfigProblem> problems;
        m_schema->check(metadata, {}, problems);
        QCOMPARE(problems.size(), 2);
    }

private:
    const QString m_root = qEnvironmentVariable("GHOST_SOURCE_DIR");
    std::optional<ConfigSchema> m_schema;
};

QTEST_GUILESS_MAIN(PluginSchemaTest)
#include "PluginSchemaTest.moc"
