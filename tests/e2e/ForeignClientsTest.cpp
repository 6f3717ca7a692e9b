// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include <QtCore/QJsonDocument>
#include <QtCore/QStandardPaths>
#include <QtTest/QTest>

#include "support/AgentProcess.h"
#include "support/Http.h"

using namespace ghost::e2e;

namespace {

QString source(const QString &below)
{
    return qEnvironmentVariable("GHOST_SOURCE_DIR") + '/' + below;
}

/// Where share/dev/check puts the packages of tests/foreign.
QString modules()
{
    return qEnvironmentVariable("GHOST_FOREIGN_DIR");
}

struct Ran
{
    bool isGood = false;
    QByteArray out;
    QByteArray err;
};

Ran run(const QString &program, const QStringList &arguments)
{
    QProcess process;
    process.start(program, arguments);
    if (!process.waitForFinished(60'000))
        process.kill();
    process.waitForFinished();
    return {process.exitStatus() == QProcess::NormalExit && process.exitCode() == 0, process.readAllStandardOutput(),
            process.readAllStandardError()};
}

} // namespace

/// Programs that others wrote, with libraries that are not ours, at the TCP port.
class ForeignClientsTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void init();
    void cleanup() { m_agent.reset(); }

    void bufCurlNeedsNoProtoFile();
    void pythonCanDoAll();
    void nodeCanDoAll();

private:
    QString tls() const { return m_agent->path("data/plugins/api-grpc/tls"); }
    QString address() const { return endpoint(*m_agent, "grpc"); }
    Ran buf(const QString &method, const QByteArray &request) const;
    /// What client.py and client.js print.
    void compare(const Ran &ran, const QString &vm) const;

    std::unique_ptr<AgentProcess> m_agent;
};

void ForeignClientsTest::initTestCase()
{
    qputenv("PYTHONDONTWRITEBYTECODE", "1");
}

void ForeignClientsTest::init()
{
    m_agent = std::make_unique<AgentProcess>(fakeConfig());
    QVERIFY2(m_agent->start(), m_agent->standardError().constData());
}

Ran ForeignClientsTest::buf(const QString &method, const QByteArray &request) const
{
    return run(modules() + "/node_modules/.bin/buf",
               {"curl", "--cacert", tls() + "/ca.crt", "--cert", tls() + "/client.crt", "--key", tls() + "/client.key",
                "--protocol", "grpc", "--data", QString::fromUtf8(request), "https://" + address() + '/' + method});
}

void ForeignClientsTest::bufCurlNeedsNoProtoFile()
{
    if (!QFile::exists(modules() + "/node_modules/.bin/buf"))
        QSKIP("buf is not there: share/dev/check installs it with npm");
    const Ran created = buf("ghost.agent.v1.AgentService/CreateVM", R"({"name": "by-buf"})");
    QVERIFY2(created.isGood, created.err.constData());
    const auto operation = QJsonDocument::fromJson(created.out).object()["operation"].toObject();
    QCOMPARE(operation["principal"].toString(), "cert:local");
    const Ran listed = buf("ghost.agent.v1.AgentService/ListVMs", "{}");
    const auto vms = QJsonDocument::fromJson(listed.out).object()["vms"].toArray();
    QCOMPARE(vms.size(), 1);
    QCOMPARE(vms[0].toObject()["name"].toString(), "by-buf");
    const Ran health = buf("grpc.health.v1.Health/Check", R"({"service": "ghost.agent.v1.AgentService"})");
    QCOMPARE(QJsonDocument::fromJson(health.out).object()["status"].toString(), "SERVING");
    const Ran unknown = buf("ghost.agent.v1.AgentService/GetVMStatus", R"({"vm": "nobody"})");
    QVERIFY2(!unknown.isGood && unknown.err.contains("not_found"), unknown.err.constData());
}

void ForeignClientsTest::compare(const Ran &ran, const QString &vm) const
{
    QVERIFY2(ran.isGood, (ran.out + ran.err).constData());
    const QJsonObject seen = QJsonDocument::fromJson(ran.out).object();
    const QJsonObject expected{{"principal", "cert:local"}, {"event", vm},
                               {"vms", QJsonArray{vm}},     {"unknown", "NOT_FOUND"},
                               {"health", "SERVING"},       {"without_certificate", "UNAVAILABLE"},
                               {"plain", "UNAVAILABLE"}};
    QCOMPARE(seen, expected);
    QCOMPARE(m_agent->ctl().vm(vm)["state"].toString(), "running");
}

void ForeignClientsTest::pythonCanDoAll()
{
    if (!run("/usr/bin/python3", {"-c", "import grpc, google.protobuf"}).isGood)
        QSKIP("needs the Debian packages python3-grpcio and python3-protobuf");
    compare(run("/usr/bin/python3",
                {source("tests/foreign/client.py"), address(), tls(), source("sdk/proto"), "by-python"}),
            "by-python");
}

void ForeignClientsTest::nodeCanDoAll()
{
    const QString node = QStandardPaths::findExecutable("node");
    if (node.isEmpty() || !QFile::exists(modules() + "/node_modules/@grpc/grpc-js"))
        QSKIP("Node or @grpc/grpc-js is not there: share/dev/check installs it with npm");
    compare(run(node, {source("tests/foreign/client.js"), modules(), address(), tls(), source("sdk/proto"), "by-node"}),
            "by-node");
}

QTEST_GUILESS_MAIN(ForeignClientsTest)
#include "ForeignClientsTest.moc"
