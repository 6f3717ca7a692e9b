// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include <QtCore/QDir>
#include <QtCore/QFile>
#include <QtCore/QJsonDocument>
#include <QtCore/QTemporaryDir>
#include <QtTest/QtTest>

#include "config/AgentSchema.h"
#include "config/Config.h"
#include "config/YamlReader.h"

using namespace ghost;

namespace {

QByteArray read(const QString &path)
{
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

/// The file as if its owner had taken the # away before the plugins' settings.
QByteArray uncommented(const QByteArray &text)
{
    QByteArrayList lines = text.split('\n');
    const qsizetype begin = lines.indexOf("# settings:");
    const qsizetype end = lines.indexOf("settings: {}");
    for (qsizetype number = begin; number >= 0 && number < end; ++number)
        lines[number].remove(0, 2);
    lines.removeAll("settings: {}");
    return lines.join('\n');
}

} // namespace

/// The example that is installed, share/config/agent.yaml: every key of the agent and of its plugins, each with its
/// default, and no other.
class ShippedSettingsTest : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void initTestCase()
    {
        const QByteArray text = uncommented(read(m_root + "/share/config/agent.yaml"));
        QFile file(m_folder.filePath("agent.yaml"));
        QVERIFY(file.open(QIODevice::WriteOnly) && file.write(text) == text.size());
        file.close();
        m_lines = text.split('\n');
        m_document = readYaml(text);
        QVERIFY2(m_document.problems.isEmpty(), text.constData());
        const auto config = Config::load({file.fileName(), true, {}, {}});
        QVERIFY2(config, qPrintable(config ? QString() : config.error().message()));
        m_config = std::make_unique<Config>(*config);
    }

    void hasEveryKeyOfTheAgent()
    {
        for (const QString &leaf : agentSchema().leaves())
            if (!leaf.startsWith("settings"))
                QVERIFY2(m_document.keys.contains(leaf), qPrintable(leaf + " is not in agent.yaml"));
    }

    void hasEveryKeyOfThePlugin_data()
    {
        QTest::addColumn<QString>("file");
        const QString folder = m_root + "/plugins/";
        for (const QString &plugin : QDir(folder).entryList(QDir::Dirs | QDir::NoDotAndDotDot))
            if (const QString file = folder + plugin + "/plugin.json"; QFile::exists(file))
                QTest::newRow(qPrintable(plugin)) << file;
    }
    void hasEveryKeyOfThePlugin()
    {
        QFETCH(QString, file);
        const QJsonObject metadata = QJsonDocument::fromJson(read(file)).object();
        const QString id = metadata.value("id").toString();
        const QJsonObject schema = metadata.value("config").toObject();
        for (const QString &leaf : ConfigSchema::fromJson(schema).value().leaves()) {
            const QString key = QString("settings.%1.%2").arg(id, leaf);
            QVERIFY2(m_document.keys.contains(key), qPrintable(key + " is not in agent.yaml"));
        }
        const auto written = m_config->pluginSettings(id, schema);
        QVERIFY2(written, qPrintable(written ? QString() : written.error().message())); // a key of no plugin
        QCOMPARE(*written, Config::load({}).value().pluginSettings(id, schema).value());
    }

    /// On its own line or on the one above.
    void explainsEveryKey()
    {
        for (auto key = m_document.keys.cbegin(); key != m_document.keys.cend(); ++key) {
            if (isGroup(key.key()))
                continue;
            const QByteArray &line = m_lines.at(key->line - 1);
            const QByteArray above = key->line > 1 ? m_lines.at(key->line - 2).trimmed() : QByteArray();
            QVERIFY2(line.contains(" # ") || above.startsWith("# "), qPrintable(key.key() + " is not explained"));
        }
    }

    void hasNoSectionOfAnother()
    {
        for (const QString &id : m_document.root.value("settings").toObject().keys())
            QVERIFY2(QFile::exists(m_root + "/plugins/" + id + "/plugin.json"), qPrintable(id));
    }

private:
    /// Whose keys are explained instead.
    bool isGroup(const QString &key) const
    {
        return std::ranges::any_of(m_document.keys.keys(),
                                   [&](const QString &other) { return other.startsWith(key + u'.'); });
    }

    const QString m_root = qEnvironmentVariable("GHOST_SOURCE_DIR");
    QTemporaryDir m_folder;
    QByteArrayList m_lines;
    YamlDocument m_document;
    std::unique_ptr<Config> m_config;
};

QTEST_GUILESS_MAIN(ShippedSettingsTest)
#include "ShippedSettingsTest.moc"
