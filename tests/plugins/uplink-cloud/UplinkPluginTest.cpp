// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include <QtCore/QElapsedTimer>
#include <QtCore/QJsonArray>
#include <QtCore/QPluginLoader>

#include "UplinkFixture.h"
#include "ghost/Frontend.h"

using namespace ghost;
using namespace std::chrono_literals;

/// The plugin as the agent loads it.
class UplinkPluginTest : public QObject
{
    Q_OBJECT

    QObject *m_root = nullptr;

private Q_SLOTS:
    void initTestCase()
    {
        QPluginLoader loader(qEnvironmentVariable("GHOST_PLUGIN_DIR") + QStringLiteral("/uplink-cloud.so"));
        m_root = loader.instance();
        QVERIFY2(m_root, qPrintable(loader.errorString()));
    }

    void livesAWholeLife()
    {
        auto *plugin = qobject_cast<Plugin *>(m_root);
        auto *frontend = qobject_cast<Frontend *>(m_root);
        auto *link = qobject_cast<CloudLink *>(m_root);
        QVERIFY(plugin && frontend && link);
        FakeCore core;
        core.start();
        CloudAgent agent;
        FakePluginContext context;
        Call call({}, Call::Clock::now() + 30s);
        const QJsonObject config{{"endpoint", QString::fromStdString(core.address())},
                                 {"name", "plugin"},
                                 {"allow", QJsonArray{"start"}},
                                 {"heartbeat", 1000},
                                 {"outbox_limit", 1000},
                                 {"tailscale_socket", "/nonexistent"}};
        QVERIFY(plugin->activate(context, config, call));
        QVERIFY(link->setPaused(true, call)); // another frontend may be open before this one
        QVERIFY(link->setPaused(false, call));
        QVERIFY(frontend->open(agent));
        const auto state = [&] { return link->status(call)->value(QStringLiteral("state")).toString(); };
        EVENTUALLY(state() == "connected");
        QVERIFY(link->setPaused(true, call));
        QVERIFY(link->status(call)->value(QStringLiteral("paused")).toBool());
        QVERIFY(link->leave(call));
        QCOMPARE(state(), "left");
        EVENTUALLY(core.goodbyes().size() == 1);

        QElapsedTimer clock;
        clock.start();
        frontend->close();
        QVERIFY(clock.elapsed() <= 100);
        QVERIFY(plugin->deactivate(call));
        QCOMPARE(agent.subscriptions(), std::size_t(0));
    }

    void hasTheDefaultsOfATailnet()
    {
        const auto options = uplink::UplinkOptions::parse({});
        QVERIFY(options);
        QCOMPARE(options->endpoint.toString(), "100.64.0.1:8080");
        QVERIFY(options->heartbeat == 30s);
        QVERIFY(options->allowed.isEmpty());
        QVERIFY(options->tls.key.isEmpty());
    }

    void refusesSettingsThatCannotBe_data()
    {
        QTest::addColumn<QString>("field");
        QTest::addColumn<QString>("value");
        QTest::newRow("no endpoint") << "endpoint"
                                     << "nowhere";
        QTest::newRow("a name that the cloud does not take") << "name" << QString(256, 'x');
        QTest::newRow("the same in bytes") << "name" << QString(128, QChar(u'ä'));
    }
    void refusesSettingsThatCannotBe()
    {
        QFETCH(QString, field);
        QFETCH(QString, value);
        FakePluginContext context;
        Call call({}, Call::Clock::now() + 30s);
        const auto result = qobject_cast<Plugin *>(m_root)->activate(context, {{field, value}}, call);
        QVERIFY(!result);
        QCOMPARE(result.error().field(), field);
    }
};

QTEST_GUILESS_MAIN(UplinkPluginTest)
#include "UplinkPluginTest.moc"
