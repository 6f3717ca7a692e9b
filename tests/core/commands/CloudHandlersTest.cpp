// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include <QtTest/QtTest>

#include "RouterFixture.h"

using namespace ghost;

/// PauseCloud, ResumeCloud and LeaveCloud.
class CloudHandlersTest : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void eachTellsTheTie()
    {
        RouterFixture fixture;
        fixture->drivers.setCloud(true);
        QCOMPARE(fixture->run("PauseCloud", {}).error().text(), QString());
        QVERIFY(fixture.world->isCloudPaused);
        QCOMPARE(fixture->run("PauseCloud", {}).status(), Operation::Status::Succeeded); // paused already
        QCOMPARE(fixture->run("ResumeCloud", {}).status(), Operation::Status::Succeeded);
        QVERIFY(!fixture.world->isCloudPaused);
        QCOMPARE(fixture->run("LeaveCloud", {}).status(), Operation::Status::Succeeded);
        QVERIFY(fixture.world->hasLeftCloud);
    }

    void withoutACloudNothingIsTried_data() { commands(); }
    void withoutACloudNothingIsTried()
    {
        QFETCH(QString, command);
        RouterFixture fixture;
        const auto refused = fixture->submit(command, {});
        QCOMPARE(refused.error().code(), Code::FailedPrecondition);
        QVERIFY(fixture->store.journal().isEmpty());
    }

    void aFieldIsUnknown_data() { commands(); }
    void aFieldIsUnknown()
    {
        QFETCH(QString, command);
        RouterFixture fixture;
        fixture->drivers.setCloud(true);
        QCOMPARE(fixture->submit(command, {{QStringLiteral("vm"), "a"}}).error().code(), Code::InvalidArgument);
    }

    void whatTheTieSaysIsPassedOn()
    {
        RouterFixture fixture;
        fixture->drivers.setCloud(true);
        fixture.world->before("leave", failing(Code::ResourceExhausted));
        const Error error = fixture->run("LeaveCloud", {}).error();
        QCOMPARE(error.code(), Code::ResourceExhausted);
        QVERIFY2(error.message().startsWith("cloud: "), qPrintable(error.message()));
        fixture.world->before("leave", [](Call &) -> Result<void> { throw std::runtime_error("bad frontend"); });
        QCOMPARE(fixture->run("LeaveCloud", {}).error().code(), Code::Internal);
    }

    void afterAKillItRunsAgainOrSaysWhyNot_data()
    {
        QTest::addColumn<bool>("isThere");
        QTest::newRow("it is there") << true;
        QTest::newRow("it is not there") << false;
    }
    void afterAKillItRunsAgainOrSaysWhyNot()
    {
        QFETCH(bool, isThere);
        RouterFixture fixture;
        fixture->drivers.setCloud(true);
        Gate gate;
        fixture.world->before("setPaused", gate.hook(Error(Code::Internal, "killed")));
        const auto id = fixture->submit("PauseCloud", {});
        QVERIFY(gate.waitUntilReached());
        const auto next = fixture.killed();
        fixture.world->before("setPaused", {});
        next->drivers.setCloud(isThere);
        next->recover();
        const Operation operation = next->ended(*id);
        QCOMPARE(operation.status(), isThere ? Operation::Status::Succeeded : Operation::Status::Failed);
        QCOMPARE(fixture.world->isCloudPaused, isThere);
        QVERIFY(next->store.journal().isEmpty());
        fixture->router.stop();
        gate.open();
        fixture->ended(*id);
    }

private:
    static void commands()
    {
        QTest::addColumn<QString>("command");
        for (const char *command : {"PauseCloud", "ResumeCloud", "LeaveCloud"})
            QTest::newRow(command) << command;
    }
};

QTEST_GUILESS_MAIN(CloudHandlersTest)
#include "CloudHandlersTest.moc"
