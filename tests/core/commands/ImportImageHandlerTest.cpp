// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include <sys/socket.h>
#include <unistd.h>

#include <QtTest/QtTest>

#include "RouterFixture.h"

using namespace ghost;

namespace {

QCborMap mini(qint64 sizeBytes)
{
    return {{QStringLiteral("name"), "mini"},
            {QStringLiteral("size_bytes"), sizeBytes},
            {QStringLiteral("stream"), "stream-1"}};
}

} // namespace

class ImportImageHandlerTest : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void anImportReadsItsStream()
    {
        RouterFixture fixture;
        UniqueFd writing = fixture->offerStream("stream-1");
        const auto id = fixture->submit("ImportImage", mini(5));
        QVERIFY2(id, id ? "" : qPrintable(id.error().text()));
        QCOMPARE(::write(writing.get(), "hello", 5), ssize_t(5));
        writing.reset();
        const Operation operation = fixture->ended(*id);
        QCOMPARE(operation.error().text(), QString());
        QVERIFY(fixture.world->images.contains("mini"));
    }

    void anImportIsPromisedItsDiskWhileItRuns()
    {
        RouterFixture fixture;
        const qint64 before = fixture->ledger.picture().promisedDiskBytes();
        qint64 during = 0;
        fixture.world->before("import", [&](Call &) -> Result<void> {
            during = fixture->ledger.picture().promisedDiskBytes();
            return {};
        });
        const auto importOf = [&](qint64 bytes) {
            fixture->offerStream("stream-1").reset();
            return fixture->run("ImportImage", mini(bytes)).error();
        };
        QCOMPARE(importOf(5).code(), Code::InvalidArgument); // no byte came
        QCOMPARE(during, before + 5);
        QCOMPARE(fixture->ledger.picture().promisedDiskBytes(), before);

        const Error refused = importOf(qint64(1001) << 30); // the host has 1000
        QCOMPARE(refused.code(), Code::ResourceExhausted);
        QCOMPARE(refused.field(), QStringLiteral("size_bytes"));
        QCOMPARE(fixture.world->count("import"), 1);
        QCOMPARE(fixture->ledger.picture().promisedDiskBytes(), before);
    }

    void anImportThatIsCancelledInTheQueueClosesItsStream()
    {
        RouterFixture fixture;
        Gate gate;
        fixture.world->before("fetch", gate.hook());
        QList<OperationId> creates; // they take all threads
        for (int number = 0; number < 8; ++number)
            creates << fixture->submit("CreateVM", named(QStringLiteral("vm-%1").arg(number))).value();
        const UniqueFd writing = fixture->offerStream("stream-1");
        const auto id = fixture->submit("ImportImage", mini(5));
        QVERIFY(id);
        QVERIFY(fixture->router.cancel(*id));
        gate.open();
        QCOMPARE(fixture->ended(*id).status(), Operation::Status::Cancelled);
        QCOMPARE(::send(writing.get(), "x", 1, MSG_NOSIGNAL), ssize_t(-1));
        for (const OperationId create : creates)
            fixture->ended(create);
    }
};

QTEST_GUILESS_MAIN(ImportImageHandlerTest)
#include "ImportImageHandlerTest.moc"
