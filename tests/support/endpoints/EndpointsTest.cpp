// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include <atomic>
#include <thread>
#include <vector>

#include <QtCore/QDir>
#include <QtCore/QFile>
#include <QtCore/QTemporaryDir>
#include <QtTest/QTest>
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include "endpoints/Endpoints.h"
#include "files/DurableFiles.h"
#include "ghost/UniqueFd.h"

using namespace ghost;

class EndpointsTest : public QObject
{
    Q_OBJECT

    std::unique_ptr<QTemporaryDir> m_folder;

    QString file() const { return m_folder->filePath(QStringLiteral("endpoints.json")); }
    QString entry(const char *name) const { return readJson(file())->value(QLatin1String(name)).toString(); }

private Q_SLOTS:
    void init() { m_folder = std::make_unique<QTemporaryDir>(); }

    void keepsTheEntriesOfTheOthers()
    {
        QVERIFY(Endpoints(m_folder->path()).publish(QStringLiteral("grpc"), QStringLiteral("127.0.0.1:1")));
        QVERIFY(Endpoints(m_folder->path()).publish(QStringLiteral("metrics"), QStringLiteral("127.0.0.1:2")));
        QVERIFY(Endpoints(m_folder->path()).publish(QStringLiteral("metrics"), QStringLiteral("127.0.0.1:3")));
        QCOMPARE(entry("grpc"), QStringLiteral("127.0.0.1:1"));
        QCOMPARE(entry("metrics"), QStringLiteral("127.0.0.1:3"));
        QCOMPARE(readJson(file())->value(QStringLiteral("pid")).toInteger(), qint64(::getpid()));
        QVERIFY(QFile::permissions(file()) & QFile::ReadOther);
    }

    void goesWithItsLastEntry()
    {
        Endpoints endpoints(m_folder->path());
        QVERIFY(endpoints.publish(QStringLiteral("grpc"), QStringLiteral("127.0.0.1:1")));
        QVERIFY(endpoints.publish(QStringLiteral("health"), QStringLiteral("127.0.0.1:2")));
        QVERIFY(endpoints.withdraw(QStringLiteral("grpc")));
        QVERIFY(endpoints.withdraw(QStringLiteral("grpc")));
        QVERIFY(QFile::exists(file()));
        QVERIFY(endpoints.withdraw(QStringLiteral("health")));
        QVERIFY(!QFile::exists(file()));
        QVERIFY(endpoints.withdraw(QStringLiteral("health")));
    }

    void forgetsWhatAKilledAgentLeft_data()
    {
        QTest::addColumn<QByteArray>("left");
        QTest::newRow("entries") << QByteArray("{\"pid\": 1, \"grpc\": \"127.0.0.1:9\"}");
        QTest::newRow("half a file") << QByteArray("{\"pid\": 1, \"gr");
        QTest::newRow("nothing") << QByteArray();
    }
    void forgetsWhatAKilledAgentLeft()
    {
        QFETCH(QByteArray, left);
        QFile out(file());
        QVERIFY(out.open(QIODevice::WriteOnly) && out.write(left) == left.size());
        out.close();
        QVERIFY(Endpoints(m_folder->path()).publish(QStringLiteral("health"), QStringLiteral("127.0.0.1:2")));
        QCOMPARE(entry("grpc"), QString());
        QCOMPARE(entry("health"), QStringLiteral("127.0.0.1:2"));
    }

    void losesNoneOfMany()
    {
        const auto publish = [this](const QString &name) {
            Result<void> published = Error(Code::Unavailable, QString());
            while (!published && published.error().code() == Code::Unavailable) // too many others want the lock
                published = Endpoints(m_folder->path()).publish(name, QStringLiteral("127.0.0.1:1"));
            return published.has_value();
        };
        std::atomic_int failures = 0;
        {
            std::vector<std::jthread> writers;
            for (int i = 0; i < 8; ++i)
                writers.emplace_back([&, i] {
                    for (int round = 0; round < 20; ++round)
                        failures += publish(QString::number(i)) ? 0 : 1;
                });
        }
        QCOMPARE(failures, 0);
        QCOMPARE(readJson(file())->size(), 9);
        QCOMPARE(QDir(m_folder->path()).entryList(QDir::Files),
                 QStringList({QStringLiteral("endpoints.json"), QStringLiteral("endpoints.json.lock")}));
    }

    void waitsNotForEverForTheLock()
    {
        const UniqueFd held(
            ::open(QFile::encodeName(file() + QStringLiteral(".lock")).constData(), O_RDWR | O_CREAT, 0600));
        QCOMPARE(::flock(held.get(), LOCK_EX), 0);
        const auto published =
            Endpoints(m_folder->path()).publish(QStringLiteral("grpc"), QStringLiteral("127.0.0.1:1"));
        QCOMPARE(published.error().code(), Code::Unavailable);
    }

    void saysWhyItCannotBeWritten()
    {
        const auto published =
            Endpoints(m_folder->filePath(QStringLiteral("none"))).publish(QStringLiteral("grpc"), QStringLiteral("x"));
        QCOMPARE(published.error().code(), Code::FailedPrecondition);
        QVERIFY(published.error().message().contains(QStringLiteral("endpoints.json.lock")));
    }
};

QTEST_GUILESS_MAIN(EndpointsTest)
#include "EndpointsTest.moc"
