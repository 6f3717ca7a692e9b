// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include <sys/stat.h>

#include <QtCore/QDir>
#include <QtCore/QFile>
#include <QtCore/QJsonArray>
#include <QtCore/QJsonDocument>
#include <QtCore/QRegularExpression>
#include <QtCore/QTemporaryDir>
#include <QtTest/QtTest>

#include "config/AgentSchema.h"
#include "config/Config.h"

using namespace ghost;

namespace {

/// Values of a wrong kind for one key of the schema, as YAML.
QStringList wrongValues(const QJsonObject &schema)
{
    const QString type = schema.value("type").toString();
    QStringList wrong;
    if (type != "array")
        wrong << "[1, 2]";
    if (type != "object")
        wrong << "{k: v}"
              << ""
              << "~";
    if (type != "string" || schema.contains("enum") || schema.contains("pattern") || schema.contains("format"))
        wrong << "no such value";
    if (type == "integer")
        wrong << "1.5"
              << "-1"
              << "true"
              << "99999999999999999999"
              << "0x10";
    if (schema.contains("maximum"))
        wrong << QString::number(schema.value("maximum").toInteger() + 1);
    if (schema.contains("minimum") && schema.value("minimum").isDouble())
        wrong << QString::number(schema.value("minimum").toInteger() - 1);
    return wrong;
}

/// Calls @p visit(path, schema) for every key, maps included.
template <class Visit>
void eachKey(const QJsonObject &schema, const QStringList &path, const Visit &visit)
{
    const QJsonObject properties = schema.value("properties").toObject();
    for (auto it = properties.begin(); it != properties.end(); ++it) {
        visit(path + QStringList(it.key()), it->toObject());
        eachKey(it->toObject(), path + QStringList(it.key()), visit);
    }
}

QString yaml(const QStringList &path, const QString &value)
{
    QString text;
    for (int depth = 0; depth < path.size(); ++depth)
        text +=
            QString(depth * qsizetype(2), ' ') + path[depth] + (depth + 1 < path.size() ? ":\n" : ": " + value + "\n");
    return text;
}

QString sourceFile(const QString &path)
{
    return qEnvironmentVariable("GHOST_SOURCE_DIR") + '/' + path;
}

QByteArray contentOf(const QString &path)
{
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

QJsonObject pluginSchema(const QString &id)
{
    const QByteArray metadata = contentOf(sourceFile("plugins/" + id + "/plugin.json"));
    return QJsonDocument::fromJson(metadata).object().value("config").toObject();
}

/// Does a line of @p yaml give @p key a value?
bool isKeyIn(const QByteArray &yaml, const QString &key)
{
    const QRegularExpression line("^ *" + QRegularExpression::escape(key) + ":", QRegularExpression::MultilineOption);
    return line.match(QString::fromUtf8(yaml)).hasMatch();
}

} // namespace

class ConfigTest : public QObject
{
    Q_OBJECT

    QTemporaryDir m_folder;

    QString file(const QByteArray &text)
    {
        const QString path = m_folder.filePath("agent.yaml");
        QFile file(path);
        if (!file.open(QIODevice::WriteOnly | QIODevice::Truncate) || file.write(text) != text.size())
            qFatal("cannot write %s", qPrintable(path));
        return path;
    }
    /// The messages without the folder, so that they can be compared.
    QString problems(const Result<Config> &config) const
    {
        return config ? QString() : config.error().message().replace(m_folder.path() + '/', QString());
    }

private Q_SLOTS:
    void isAllDefaultsWithoutAFile()
    {
        const Config config = Config::load({m_folder.filePath("absent.yaml"), false, {}, {}}).value();
        QCOMPARE(config.list("plugins"),
                 QStringList({"hypervisor-libvirt", "network-nat", "storage-qcow2", "images-local", "api-grpc",
                              "host-linux", "http-health", "metrics-prometheus"}));
        QCOMPARE(config.text("defaults.image"), QString("ubuntu-22.04"));
        QCOMPARE(config.integer("defaults.memory"), qint64(4) << 30);
        QCOMPARE(config.integer("defaults.disk"), qint64(50'000'000'000));
        QCOMPARE(config.integer("log.keep"), qint64(7));
        QCOMPARE(config.root(), Config::load({}).value().root());
    }

    void theShippedFileIsTheDefaults()
    {
        const auto config = Config::load({sourceFile("share/config/agent.yaml"), true, {}, {}});
        QVERIFY2(config, qPrintable(config ? QString() : config.error().message()));
        QCOMPARE(config->root(), Config::load({}).value().root());
    }

    void theShippedFileNamesEveryKey()
    {
        const QByteArray text = contentOf(sourceFile("share/config/agent.yaml"));
        eachKey(agentSchemaJson(), {}, [&](const QStringList &path, const QJsonObject &) {
            if (path != QStringList{"settings"}) // plugins' own, below
                QVERIFY2(isKeyIn(text, path.last()), qPrintable(path.join('.')));
        });
    }

    // Their sections stand in it as comments: uncommented, they must be the plugins' defaults, and all of them.
    void theShippedFileShowsThePluginsDefaults()
    {
        const QByteArray text = contentOf(sourceFile("share/config/agent.yaml"));
        QByteArray settings = text.mid(text.indexOf("\n# settings:\n"));
        QVERIFY(settings.size() > 1000);
        settings.replace("\n# ", "\n");
        settings.truncate(settings.indexOf("\nsettings: {}")); // as it really is
        const auto shown = Config::load({file(settings), true, {}, {}});
        QVERIFY2(shown, qPrintable(problems(shown)));
        const Config defaults = Config::load({}).value();
        int sections = 0;
        const QDir plugins(sourceFile("plugins"));
        for (const QString &id : plugins.entryList(QDir::Dirs | QDir::NoDotAndDotDot)) {
            const QJsonObject schema = pluginSchema(id);
            if (schema.value("properties").toObject().isEmpty())
                continue;
            ++sections;
            const auto section = shown->pluginSettings(id, schema);
            QVERIFY2(section, qPrintable(id + ": " + (section ? QString() : section.error().text())));
            QCOMPARE(*section, defaults.pluginSettings(id, schema).value());
            const qsizetype begin = settings.indexOf("\n  " + id.toLatin1() + ":\n");
            QVERIFY2(begin >= 0, qPrintable(id));
            eachKey(schema, {}, [&](const QStringList &path, const QJsonObject &) {
                QVERIFY2(isKeyIn(settings.mid(begin), path.last()), qPrintable(id + '.' + path.join('.')));
            });
        }
        QVERIFY(sections >= 9);
    }

    void theFileWinsOverDefaultsTheEnvironmentOverItAndOverridesOverAll()
    {
        const QString path = file("log:\n  level: warning\n  keep: 3\n  max_size: 1MiB\n");
        const Config config = Config::load({path,
                                            true,
                                            {{"GHOST_LOG_LEVEL", "error"}, {"GHOST_LOG_KEEP", "4"}},
                                            {{"log.level", "debug"}, {"plugins", "api-grpc,network-nat"}}})
                                  .value();
        QCOMPARE(config.integer("log.max_size"), qint64(1) << 20);
        QCOMPARE(config.integer("log.keep"), qint64(4));
        QCOMPARE(config.text("log.level"), QString("debug"));
        QCOMPARE(config.list("plugins"), QStringList({"api-grpc", "network-nat"}));
    }

    void theLastOverrideOfAKeyWins()
    {
        QCOMPARE(
            Config::load({{}, false, {}, {{"log.level", "debug"}, {"log.level", "error"}}}).value().text("log.level"),
            QString("error"));
    }

    void tellsAllProblemsWithTheirPlaces()
    {
        const auto config = Config::load({file("plugins: [api-grpc]\n"
                                               "log:\n"
                                               "  levle: info\n"
                                               "  keep: many\n"
                                               "defaults:\n"
                                               "  accelerator: kmv\n"
                                               "reserve: 3\n"
                                               "log: again\n"),
                                          true,
                                          {{"GHOST_LOG_TARGET", "tape"}, {"GHOST_DEFALTS_CPUS", "3"}},
                                          {{"grcp.port", "1"}}});
        QVERIFY(!config);
        QCOMPARE(config.error().code(), Code::InvalidArgument);
        QCOMPARE(
            problems(config),
            QString(
                "agent.yaml:3:3: unknown key 'levle'; did you mean 'level'?\n"
                "agent.yaml:4:9: log.keep: must be a whole number, not 'many'\n"
                "agent.yaml:6:16: defaults.accelerator: must be one of auto, kvm, tcg, not 'kmv'; did you mean 'kvm'?\n"
                "agent.yaml:7:10: reserve: must be a map of keys, not '3'\n"
                "agent.yaml:8:1: key 'log' is given twice\n"
                "environment GHOST_DEFALTS_CPUS: unknown variable; did you mean 'GHOST_DEFAULTS_CPUS'?\n"
                "--set grcp.port: unknown key 'grcp'; known here: defaults, folders, log, operations, plugin_folders, "
                "plugins, reserve, settings\n"
                "environment GHOST_LOG_TARGET: log.target: must be one of file, stderr, not 'tape'"));
    }

    void refusesEveryWrongKind_data()
    {
        QTest::addColumn<QString>("path");
        QTest::addColumn<QByteArray>("text");
        eachKey(agentSchemaJson(), {}, [](const QStringList &path, const QJsonObject &schema) {
            for (const QString &value : wrongValues(schema)) {
                const QString name = path.join('.');
                QTest::newRow(qPrintable(name + " = " + value)) << name << yaml(path, value).toUtf8();
            }
            QStringList misspelt = path;
            misspelt.last() += 'x';
            QTest::newRow(qPrintable(misspelt.join('.'))) << misspelt.join('.') << yaml(misspelt, "1").toUtf8();
        });
    }
    void refusesEveryWrongKind()
    {
        QFETCH(QString, path);
        QFETCH(QByteArray, text);
        const auto config = Config::load({file(text), true, {}, {}});
        QVERIFY2(!config, text.constData());
        QCOMPARE(config.error().code(), Code::InvalidArgument);
        const int line = int(path.count('.')) + 1;
        QVERIFY2(problems(config).startsWith(QString("agent.yaml:%1:").arg(line)), qPrintable(problems(config)));
        QVERIFY2(problems(config).contains(path.section('.', -1)), qPrintable(problems(config)));
    }

    void takesEveryKeyFromTheEnvironmentAndFromOverrides()
    {
        for (const QString &leaf : agentSchema().leaves()) {
            const QString variable = "GHOST_" + QString(leaf).toUpper().replace('.', '_').replace('-', '_');
            const bool isFree = leaf.startsWith("folders.") || leaf == "defaults.image";
            const auto fromVariable = Config::load({{}, false, {{variable, "no such value"}}, {}});
            const auto fromOverride = Config::load({{}, false, {}, {{leaf, "no such value"}}});
            QCOMPARE(bool(fromVariable), isFree);
            QCOMPARE(bool(fromOverride), isFree);
            if (isFree) {
                QCOMPARE(fromVariable->text(leaf), QString("no such value"));
                QCOMPARE(fromOverride->text(leaf), QString("no such value"));
            } else {
                QVERIFY(fromVariable.error().message().startsWith("environment " + variable + ": " + leaf));
                QVERIFY(fromOverride.error().message().startsWith("--set " + leaf + ": " + leaf));
            }
        }
    }

    void leavesVariablesOfOthersAlone()
    {
        QVERIFY(Config::load({{},
                              false,
                              {{"GHOST_PLUGIN_DIR", "/x"},
                               {"GHOST_SOCKET", "/x"},
                               {"GHOST_BIN_DIR", "/x"},
                               {"GHOST_SOURCE_DIR", "/x"},
                               {"GHOST_DEV_STATE", "/x"},
                               {"GHOST_MINI_IMAGE", "/x"},
                               {"GHOST_BUSTERS", "4"},
                               {"PATH", "/bin"}},
                              {}}));
    }

    void anOverrideBelowAValueIsAnError()
    {
        QCOMPARE(problems(Config::load({file("log: {level: info}\n"), true, {}, {{"log.level.x", "1"}}})),
                 QString("--set log.level.x: cannot be set: a key above it is no map of keys"));
    }

    void anOverrideIsBlamedForTheKeysThatItBrings()
    {
        const QString absent = m_folder.filePath("none.yaml");
        QCOMPARE(problems(Config::load({absent, false, {}, {{"lgo.level", "debug"}}})),
                 QString("--set lgo.level: unknown key 'lgo'; did you mean 'log'?"));
        QCOMPARE(problems(Config::load({absent, false, {}, {{"settings.api-grcp.listen", "x"}}})),
                 QString("--set settings.api-grcp.listen: unknown plugin 'api-grcp'; did you mean 'api-grpc'?"));
        QCOMPARE(problems(Config::load({file("lgo: {}\n"), true, {}, {{"lgo.level", "debug"}}})),
                 QString("agent.yaml:1:1: unknown key 'lgo'; did you mean 'log'?"));
    }

    void anOverrideOfAListHasNoPlaceInTheFile()
    {
        QCOMPARE(problems(Config::load({file("plugins: [api-grpc, host-linux]\n"), true, {}, {{"plugins", "a,B"}}})),
                 QString("--set plugins: plugins[1]: must be written like hypervisor-qemu, not 'B' (Its id: up to 63 "
                         "of a-z, 0-9 and -)"));
    }

    void aPluginNamedTwiceIsAnError()
    {
        const QString path = file("plugins:\n"
                                  "  - api-grpc\n"
                                  "  - host-linux\n"
                                  "  - api-grpc\n");
        QCOMPARE(problems(Config::load({path, true, {}, {}})),
                 QString("agent.yaml:4:5: plugins[2]: 'api-grpc' is named twice"));
        QCOMPARE(problems(Config::load({path, true, {}, {{"plugins", "api-grpc,api-grpc"}}})),
                 QString("--set plugins: plugins[1]: 'api-grpc' is named twice"));
    }

    void aDefaultThatIsNoPluginOfOursIsAnError()
    {
        QCOMPARE(problems(Config::load({file("plugins: [hypervisor-qemu, network-user]\n"
                                             "defaults:\n"
                                             "  hypervisor: hypervisor-qmeu\n"
                                             "  network: nat\n"),
                                        true,
                                        {},
                                        {}})),
                 QString("agent.yaml:3:15: defaults.hypervisor: must be empty or one of `plugins`, not "
                         "'hypervisor-qmeu'; did you mean 'hypervisor-qemu'?\n"
                         "agent.yaml:4:12: defaults.network: must be empty or one of `plugins`, not 'nat'"));
        QVERIFY(Config::load({file("plugins: [hypervisor-qemu, network-user]\n"
                                   "defaults: {hypervisor: qemu, network: network-user}\n"),
                              true,
                              {},
                              {}}));
    }

    void refusesAFileThatIsNone()
    {
        const auto missing = Config::load({m_folder.filePath("none.yaml"), true, {}, {}});
        QVERIFY(!missing);
        QCOMPARE(missing.error().code(), Code::NotFound);
        QVERIFY(missing.error().message().contains("none.yaml: No such file or directory"));

        const auto folder = Config::load({m_folder.path(), true, {}, {}});
        QVERIFY(!folder);
        QVERIFY(folder.error().message().endsWith("it is a folder"));

        const QString pipe = m_folder.filePath("pipe");
        QCOMPARE(::mkfifo(qPrintable(pipe), 0600), 0);
        const auto fifo = Config::load({pipe, true, {}, {}});
        QVERIFY(!fifo);
        QVERIFY(fifo.error().message().endsWith("it is not a regular file"));
    }

    void refusesAHugeFileUnread()
    {
        const QString path = m_folder.filePath("huge.yaml");
        QFile huge(path);
        QVERIFY(huge.open(QIODevice::WriteOnly) && huge.resize(qint64(1) << 30)); // sparse
        const auto config = Config::load({path, true, {}, {}});
        QVERIFY(!config);
        QVERIFY(config.error().message().endsWith("it is larger than 1 MiB"));
    }

    void anUnreadableTextIsOneProblem()
    {
        QCOMPARE(problems(Config::load({file("log:\n  level: \xff\n"), true, {}, {}})),
                 QString("agent.yaml:2:1: not UTF-8 text"));
        QCOMPARE(problems(Config::load({file("a: [1\n"), true, {}, {}})).count('\n'), 0);
    }

    void checksAPluginsSectionAgainstItsOwnSchema()
    {
        const QJsonObject schema = QJsonDocument::fromJson(R"({"type":"object","properties":{
                "port":{"type":"integer","minimum":0,"maximum":65535,"default":9090},
                "hosts":{"type":"array","items":{"type":"string"},"default":[]},
                "tls":{"type":"object","properties":{"idle-limit":{"type":"integer","format":"duration","default":"5m"}}}}})")
                                       .object();
        const Config config = Config::load({file("settings:\n"
                                                 "  api-grpc:\n"
                                                 "    port: 9443\n"),
                                            true,
                                            {{"GHOST_SETTINGS_API_GRPC_HOSTS", "a,b"}},
                                            {{"settings.api-grpc.tls.idle-limit", "30s"}}})
                                  .value();
        QCOMPARE(config.pluginSettings("api-grpc", schema).value(),
                 (QJsonObject{
                     {"port", 9443}, {"hosts", QJsonArray{"a", "b"}}, {"tls", QJsonObject{{"idle-limit", 30'000}}}}));
        QCOMPARE(config.pluginSettings("network-nat", schema).value().value("port"), QJsonValue(9090));
    }

    void aPluginsProblemsHaveTheirPlacesToo()
    {
        const QJsonObject schema =
            QJsonDocument::fromJson(R"({"type":"object","properties":{"port":{"type":"integer"}}})").object();
        const Config config = Config::load({file("settings:\n"
                                                 "  api-grpc:\n"
                                                 "    prot: 9443\n"
                                                 "    port: x\n"),
                                            true,
                                            {{"GHOST_SETTINGS_API_GRPC_PROT", "1"}},
                                            {}})
                                  .value();
        const auto settings = config.pluginSettings("api-grpc", schema);
        QVERIFY(!settings);
        QString message = settings.error().message();
        QCOMPARE(message.replace(m_folder.path() + '/', QString()),
                 QString("agent.yaml:3:5: unknown key 'prot'; did you mean 'port'?\n"
                         "agent.yaml:4:11: settings.api-grpc.port: must be a whole number, not 'x'\n"
                         "environment GHOST_SETTINGS_API_GRPC_PROT: unknown variable; did you mean "
                         "'GHOST_SETTINGS_API_GRPC_PORT'?"));
    }

    void tellsHowAPlaceToListenIsWritten_data()
    {
        QTest::addColumn<QString>("id");
        QTest::addColumn<QString>("place");
        for (const char *id : {"api-grpc", "http-health", "metrics-prometheus"})
            for (const char *place : {"127.0.0.1", "127.0.0.1:22222222", "everywhere:9090"})
                QTest::addRow("%s: %s", id, place) << id << place;
    }
    void tellsHowAPlaceToListenIsWritten()
    {
        QFETCH(const QString, id);
        QFETCH(const QString, place);
        const Config config =
            Config::load({file(yaml({"settings", id, "listen"}, place).toUtf8()), true, {}, {}}).value();
        const auto settings = config.pluginSettings(id, pluginSchema(id));
        QVERIFY(!settings);
        const QString message = settings.error().message();
        QVERIFY2(message.contains(QString("settings.%1.listen: must be ").arg(id)), qPrintable(message));
        QVERIFY2(message.endsWith("ADDRESS:PORT such as 127.0.0.1:9090 or [::1]:9090, with a port up to 65535, not '" +
                                  place + '\''),
                 qPrintable(message));
    }

    void onlyTheApiMayListenNowhere()
    {
        for (const QString &id : QStringList{"api-grpc", "http-health", "metrics-prometheus"}) {
            const Config config = Config::load({{}, false, {}, {{"settings." + id + ".listen", ""}}}).value();
            QCOMPARE(bool(config.pluginSettings(id, pluginSchema(id))), id == "api-grpc");
        }
    }

    void aPluginDoesNotTakeTheVariablesOfItsNamesake()
    {
        const QJsonObject schema =
            QJsonDocument::fromJson(R"({"type":"object","properties":{"port":{"type":"integer"}}})").object();
        const Config config =
            Config::load({{}, false, {{"GHOST_SETTINGS_API_GRPC_PORT", "1"}}, {{"plugins", "api,api-grpc"}}}).value();
        QCOMPARE(config.pluginSettings("api", schema).value(), QJsonObject());
        QCOMPARE(config.pluginSettings("api-grpc", schema).value(), (QJsonObject{{"port", 1}}));
    }

    void aVariableForAMisspeltPluginIsAnError()
    {
        QCOMPARE(problems(Config::load({{},
                                        false,
                                        {{"GHOST_SETTINGS_API_GRCP_LISTEN", "x"},
                                         {"GHOST_SETTINGS_HPTT_HEALTH_LISTEN", "x"},
                                         {"GHOST_SETTINGS_API_GRPC_LISTEN", "x"},
                                         {"GHOST_SETTINGS_NETWORK_USER_BACKEND", "x"},
                                         {"GHOST_SETTINGS_", "x"}},
                                        {}})),
                 QString("environment GHOST_SETTINGS_API_GRCP_LISTEN: unknown variable; did you mean "
                         "'GHOST_SETTINGS_API_GRPC_LISTEN'?\n"
                         "environment GHOST_SETTINGS_HPTT_HEALTH_LISTEN: unknown variable; did you mean "
                         "'GHOST_SETTINGS_HTTP_HEALTH_LISTEN'?"));
    }

    void refusesEveryWrongKindInAPluginsSection_data()
    {
        QTest::addColumn<QString>("id");
        QTest::addColumn<QJsonObject>("schema");
        QTest::addColumn<QStringList>("path");
        QTest::addColumn<QString>("value");
        const QDir folder(qEnvironmentVariable("GHOST_SOURCE_DIR") + "/plugins");
        for (const QString &plugin : folder.entryList(QDir::Dirs | QDir::NoDotAndDotDot)) {
            QFile metadata(folder.filePath(plugin + "/plugin.json"));
            if (!metadata.open(QIODevice::ReadOnly))
                continue;
            const QJsonObject json = QJsonDocument::fromJson(metadata.readAll()).object();
            const QString id = json.value("id").toString();
            const QJsonObject schema = json.value("config").toObject();
            eachKey(schema, {}, [&](const QStringList &path, const QJsonObject &key) {
                for (const QString &value : wrongValues(key))
                    QTest::addRow("%s: %s = %s", qPrintable(id), qPrintable(path.join('.')), qPrintable(value))
                        << id << schema << path << value;
                QStringList misspelt = path;
                misspelt.last() += 'x';
                QTest::addRow("%s: %s", qPrintable(id), qPrintable(misspelt.join('.')))
                    << id << schema << misspelt << "1";
            });
        }
    }
    void refusesEveryWrongKindInAPluginsSection()
    {
        QFETCH(const QString, id);
        QFETCH(const QJsonObject, schema);
        QFETCH(const QStringList, path);
        QFETCH(const QString, value);
        const QString text = yaml(QStringList{"settings", id} + path, value);
        const auto config = Config::load({file(text.toUtf8()), true, {}, {}});
        QVERIFY2(config, qPrintable(problems(config)));
        const auto settings = config->pluginSettings(id, schema);
        QVERIFY2(!settings, qPrintable(text));
        const QString problem = settings.error().message().replace(m_folder.path() + '/', QString());
        QVERIFY2(problem.startsWith(QString("agent.yaml:%1:").arg(path.size() + 2)), qPrintable(problem));
        QVERIFY2(problem.contains(path.last()), qPrintable(problem));
    }

    void aSectionForAMisspeltPluginIsAnError()
    {
        QCOMPARE(problems(Config::load({file("settings:\n  api-grcp: {}\n"), true, {}, {}})),
                 QString("agent.yaml:2:3: unknown plugin 'api-grcp'; did you mean 'api-grpc'?"));
        QVERIFY(Config::load({file("settings:\n  metrics-prometheus: {}\n"), true, {}, {}}));
        QVERIFY(!Config::load({file("settings:\n  api-grpc: 3\n"), true, {}, {}}));
    }
};

QTEST_GUILESS_MAIN(ConfigTest)
#include "ConfigTest.moc"
