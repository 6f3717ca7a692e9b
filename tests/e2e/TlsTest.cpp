// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include <QtCore/QProcess>
#include <QtTest/QTest>
#include <signal.h>

#include "support/AgentProcess.h"
#include "support/Http.h"
#include "tls/TestCertificates.h"

using namespace ghost;
using namespace ghost::e2e;

namespace {

constexpr int unauthenticated = 16;
constexpr int unavailable = 19;

QStringList tlsOptions(const CertificateFiles &files)
{
    return {"--tls-ca", files.authorities, "--tls-cert", files.chain, "--tls-key", files.key};
}

QString listenAt(const QString &address)
{
    return "--set settings.api-grpc.listen=" + address;
}

} // namespace

/// The TCP port of the real agent, and the real ghostctl at it.
class TlsTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();
    void cleanup() { m_agent.reset(); }

    void reachesItsOwnAgentWithoutMoreWords();
    void letsInWhomThePageTells();
    void servesNoTcpWhenToldSo();
    void saysWhatIsWrong_data();
    void saysWhatIsWrong();
    void saysWhoIsNotThere();
    void saysThatAPortIsAnotherPrograms();
    void hasNoPatienceWithAStoppedAgent();
    void takesNewCertificatesWhileItRuns();
    void startsAllTheSameWhenItsPortIsTaken();

private:
    /// ghostctl at the agent's TCP port, with these certificates.
    Outcome at(const QString &address, const QStringList &options, const QString &command) const
    {
        return m_agent->ctl().run(QStringList{"--agent", address} + options + command.split(' '));
    }
    QString address() const { return endpoint(*m_agent, "grpc"); }
    /// Starts the agent with an operator's certificates.
    void startWith(const CertificateFiles &server);

    std::unique_ptr<QTemporaryDir> m_folder;
    std::unique_ptr<AgentProcess> m_agent;
};

void TlsTest::init()
{
    m_folder = std::make_unique<QTemporaryDir>();
    m_agent = std::make_unique<AgentProcess>(fakeConfig());
}

void TlsTest::startWith(const CertificateFiles &server)
{
    m_agent->writeConfig(fakeConfig() + "settings: {api-grpc: {tls: {ca: " + server.authorities.toUtf8() +
                         ", cert: " + server.chain.toUtf8() + ", key: " + server.key.toUtf8() + "}}}\n");
    QVERIFY2(m_agent->start(), m_agent->standardError().constData());
}

void TlsTest::reachesItsOwnAgentWithoutMoreWords()
{
    QVERIFY2(m_agent->start(), m_agent->standardError().constData());
    const Outcome created = at(address(), {}, "vm create --name by-tcp");
    QVERIFY2(created.exitCode == 0, created.text().constData());
    const QJsonArray operations = at(address(), {}, "operation list --all -o json").array();
    QCOMPARE(operations.first()["principal"].toString(), "cert:local");
    QCOMPARE(m_agent->ctl().vm("by-tcp")["state"].toString(), "running");
    const auto files = QDir(m_agent->path("data/plugins/api-grpc/tls")).entryInfoList({"*.key"}, QDir::Files);
    QCOMPARE(files.size(), 3);
    for (const QFileInfo &key : files)
        QCOMPARE(key.permissions() & QFile::Permissions(0x77), QFile::Permissions());
}

/// The commands of how-to/tls.md, "For one more person", as they stand there but for the agent's folder.
void TlsTest::letsInWhomThePageTells()
{
    QVERIFY2(m_agent->start(), m_agent->standardError().constData());
    QFile page(qEnvironmentVariable("GHOST_SOURCE_DIR") + "/share/doc/how-to/tls.md");
    QVERIFY(page.open(QIODevice::ReadOnly));
    QString commands = QString::fromUtf8(page.readAll()).section("## For one more person", 1).section("```", 1, 1);
    const QString own = m_agent->path("data/plugins/api-grpc/tls");
    commands.replace("/var/lib/ghost/data/plugins/api-grpc/tls", own);
    QVERIFY2(commands.contains(own), qPrintable(commands));
    QProcess shell;
    shell.setWorkingDirectory(m_folder->path());
    shell.setProcessChannelMode(QProcess::MergedChannels);
    shell.start("bash", {"-euc", commands});
    QVERIFY2(shell.waitForFinished(20'000) && shell.exitCode() == 0, shell.readAll().constData());

    const CertificateFiles theirs{m_folder->filePath("ca.crt"), m_folder->filePath("client.crt"),
                                  m_folder->filePath("client.key")};
    const Outcome created = at(address(), tlsOptions(theirs), "vm create --name of-the-laptop");
    QVERIFY2(created.exitCode == 0, created.text().constData());
    const QJsonArray operations =
        at(address(), {}, "operation list --all -o json").array(); // the agent's own still fits
    QCOMPARE(operations.first()["principal"].toString(), "cert:laptop");
}

void TlsTest::servesNoTcpWhenToldSo()
{
    QVERIFY2(m_agent->start(listenAt({})), m_agent->standardError().constData());
    QCOMPARE(m_agent->ctl().run("vm list").exitCode, 0);
    QVERIFY(!QFile::exists(m_agent->path("run/endpoints.json")));
    QVERIFY(!QFile::exists(m_agent->path("data/plugins/api-grpc/tls")));
}

void TlsTest::saysWhatIsWrong_data()
{
    QTest::addColumn<QString>("server");
    QTest::addColumn<QString>("client");
    QTest::addColumn<int>("exitCode");
    QTest::addColumn<QByteArray>("told");
    QTest::newRow("all is well") << "good"
                                 << "good" << 0 << QByteArray();
    QTest::newRow("another CA's certificate") << "good"
                                              << "stranger" << unauthenticated << QByteArray("another CA");
    QTest::newRow("an expired one") << "good"
                                    << "expired" << unauthenticated << QByteArray("has expired");
    QTest::newRow("a server's") << "good"
                                << "server" << unauthenticated << QByteArray("no client's certificate");
    QTest::newRow("none") << "good"
                          << "none" << unauthenticated << QByteArray("--tls-ca, --tls-cert and --tls-key");
    QTest::newRow("without its key") << "good"
                                     << "other key" << 10 << QByteArray("not the key of the certificate");
    QTest::newRow("a file that is not there") << "good"
                                              << "missing" << 11 << QByteArray("nowhere.crt: no such file");
    QTest::newRow("an agent of another CA") << "good"
                                            << "trusts another" << unauthenticated << QByteArray("not signed by");
    QTest::newRow("an agent whose time is over") << "expired"
                                                 << "good" << unauthenticated << QByteArray("has expired");
    QTest::newRow("an agent of another name") << "other name"
                                              << "good" << unauthenticated << QByteArray("is not for");
}

void TlsTest::saysWhatIsWrong()
{
    QFETCH(const QString, server);
    QFETCH(const QString, client);
    const TestCertificates ca(m_folder->filePath("ca"));
    const TestCertificates other(m_folder->filePath("other"), "Other CA");
    auto request = TestCertificates::serverRequest();
    CertificateFiles served = ca.server();
    if (server == "expired")
        served = ca.expired(request);
    if (server == "other name") {
        request.names = QStringList{"elsewhere.example.org"};
        served = ca.issue(request);
    }
    startWith(served);

    CertificateFiles shown = ca.client("laptop");
    if (client == "stranger")
        shown = other.client("stranger");
    if (client == "expired")
        shown = ca.expired(TestCertificates::clientRequest("late"));
    if (client == "server")
        shown = ca.issue(TestCertificates::serverRequest());
    if (client == "other key")
        shown.key = other.client("stranger").key;
    if (client == "missing")
        shown.chain = m_folder->filePath("nowhere.crt");
    shown.authorities = client == "trusts another" ? other.authorityFile() : ca.authorityFile();
    // An operator's certificates leave none of the agent's own to fall back on.
    const Outcome outcome = at(address(), client == "none" ? QStringList() : tlsOptions(shown), "vm list");
    QFETCH(const int, exitCode);
    QFETCH(const QByteArray, told);
    QVERIFY2(outcome.exitCode == exitCode && outcome.err.contains(told), outcome.text().constData());
    QVERIFY2(outcome.elapsedMilliseconds < 5'000, outcome.text().constData());
    QCOMPARE(m_agent->ctl().run("vm list").exitCode, 0);
}

void TlsTest::saysWhoIsNotThere()
{
    QVERIFY2(m_agent->start(), m_agent->standardError().constData());
    const QString place = address();
    const Outcome name = at("no-such-host.invalid:1", {}, "vm list");
    QVERIFY2(name.exitCode == unavailable && name.err.contains("no-such-host"), name.text().constData());
    const Outcome wrong = at("127.0.0.1:port", {}, "vm list");
    QVERIFY2(wrong.exitCode == 10 && wrong.err.contains("HOST:PORT"), wrong.text().constData());
    QCOMPARE(m_agent->terminate(), 0);
    const Outcome gone = at(place, {}, "vm list");
    QVERIFY2(gone.exitCode == unavailable && gone.err.contains("nobody listens at " + place.toUtf8()),
             gone.text().constData());
}

void TlsTest::saysThatAPortIsAnotherPrograms()
{
    QVERIFY2(m_agent->start(withHttp()), m_agent->standardError().constData());
    const Outcome outcome = at(endpoint(*m_agent, "health"), {}, "vm list");
    QVERIFY2(outcome.exitCode == unavailable && outcome.err.contains("does not speak TLS"), outcome.text().constData());
    QVERIFY2(outcome.elapsedMilliseconds < 5'000, outcome.text().constData());
}

void TlsTest::hasNoPatienceWithAStoppedAgent()
{
    QVERIFY2(m_agent->start(), m_agent->standardError().constData());
    const QString place = address();
    ::kill(pid_t(m_agent->pid()), SIGSTOP);
    const Outcome outcome = at(place, {"--timeout", "500ms"}, "vm list");
    ::kill(pid_t(m_agent->pid()), SIGCONT);
    QVERIFY2(outcome.exitCode == 20 && outcome.err.contains("did not answer in time"), outcome.text().constData());
    QVERIFY(outcome.elapsedMilliseconds < 5'000);
}

void TlsTest::takesNewCertificatesWhileItRuns()
{
    const TestCertificates ca(m_folder->filePath("ca"));
    const CertificateFiles server = ca.server();
    const QStringList client = tlsOptions(ca.client("laptop"));
    startWith(server);
    QCOMPARE(at(address(), client, "vm list").exitCode, 0);

    const QByteArray whole = readPlain(server.chain);
    writePlain(server.chain, whole.left(whole.size() / 2));
    QCOMPARE(at(address(), client, "vm list").exitCode, 0);
    QVERIFY2(m_agent->log().contains("old ones stay in use: " + server.chain.toUtf8()), m_agent->log().constData());
    const QJsonObject plugin = m_agent->ctl().run("plugin info api-grpc -o json").object();
    QVERIFY(plugin["health_reason"].toString().contains(server.chain));

    const TestCertificates next(m_folder->filePath("next"), "Next CA");
    const CertificateFiles better = next.server();
    for (const auto &[to, from] :
         {std::pair(server.authorities, better.authorities), {server.chain, better.chain}, {server.key, better.key}})
        writePlain(to, readPlain(from));
    QCOMPARE(at(address(), tlsOptions(next.client("laptop")), "vm list").exitCode, 0);
    QCOMPARE(at(address(), client, "vm list").exitCode, unauthenticated);
    QVERIFY(m_agent->log().contains("took the new certificate in " + server.chain.toUtf8()));
}

void TlsTest::startsAllTheSameWhenItsPortIsTaken()
{
    AgentProcess first(fakeConfig());
    QVERIFY2(first.start(), first.standardError().constData());
    const QString taken = endpoint(first, "grpc");
    QVERIFY2(m_agent->start(listenAt(taken)), m_agent->standardError().constData());
    const QByteArray why = m_agent->ctl().run("plugin info api-grpc -o json").out;
    for (const QByteArray &part :
         {"port " + taken.section(':', 1).toUtf8(), QByteArray::number(first.pid()), QByteArray("ghost-agent")})
        QVERIFY2(why.contains(part), why.constData());
    QVERIFY(m_agent->log().contains("is in use by process " + QByteArray::number(first.pid())));
    QCOMPARE(m_agent->ctl().run("vm create --name a").exitCode, 0);
    QVERIFY(first.ctl().list("vm").isEmpty());
}

QTEST_GUILESS_MAIN(TlsTest)
#include "TlsTest.moc"
