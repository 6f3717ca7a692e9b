// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include <QtTest/QTest>

#include "health/HealthReasons.h"
#include "support/FakePluginContext.h"

using namespace ghost;

class HealthReasonsTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void isReadyWhenTheLastReasonGoes();
    void theWorstCounts();
    void aNewReasonReplacesTheOld();
};

void HealthReasonsTest::isReadyWhenTheLastReasonGoes()
{
    FakePluginContext context;
    HealthReasons health(context);
    health.degraded(QStringLiteral("a"), QStringLiteral("a is odd"));
    QCOMPARE(context.health(), Health(Health::Status::Degraded, QStringLiteral("a is odd")));
    health.clear(QStringLiteral("b"));
    QCOMPARE(context.health().status(), Health::Status::Degraded);
    health.clear(QStringLiteral("a"));
    QCOMPARE(context.health(), Health(Health::Status::Ready, {}));
}

void HealthReasonsTest::theWorstCounts()
{
    FakePluginContext context;
    HealthReasons health(context);
    health.down(QStringLiteral("a"), QStringLiteral("a is away"));
    health.degraded(QStringLiteral("b"), QStringLiteral("b is odd"));
    QCOMPARE(context.health(), Health(Health::Status::Down, QStringLiteral("a is away; b is odd")));
    health.clear(QStringLiteral("a"));
    QCOMPARE(context.health(), Health(Health::Status::Degraded, QStringLiteral("b is odd")));
}

void HealthReasonsTest::aNewReasonReplacesTheOld()
{
    FakePluginContext context;
    HealthReasons health(context);
    health.down(QStringLiteral("a"), QStringLiteral("first"));
    health.down(QStringLiteral("a"), QStringLiteral("second"));
    QCOMPARE(context.health().reason(), QStringLiteral("second"));
}

QTEST_GUILESS_MAIN(HealthReasonsTest)
#include "HealthReasonsTest.moc"
