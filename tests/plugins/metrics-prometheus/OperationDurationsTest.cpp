// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: GPL-3.0-only
#include <QtTest/QTest>

#include "OperationDurations.h"
#include "http/QuietAgent.h"

using namespace ghost;
using namespace ghost::metrics;

namespace {

constexpr qint64 agentStart = 1'000'000;

Operation ended(const QString &command, Operation::Status status, qint64 tookMs, Code code = Code::Unspecified)
{
    Operation operation;
    operation.setId(OperationId::create());
    operation.setCommand(command);
    operation.setStatus(status);
    operation.setCreatedAtMs(agentStart + 1);
    operation.setEndedAtMs(agentStart + 1 + tookMs);
    if (code != Code::Unspecified)
        operation.setError(Error(code, QStringLiteral("why")));
    return operation;
}

Event changed(const Operation &operation)
{
    Event event;
    event.setKind(QStringLiteral("operation.changed"));
    event.setValue(operation.toCbor());
    return event;
}

} // namespace

class OperationDurationsTest : public QObject
{
    Q_OBJECT

    QuietAgent m_agent;
    std::unique_ptr<OperationDurations> m_durations;

    QByteArray text() const
    {
        Exposition page;
        m_durations->addTo(page);
        return page.text();
    }
    bool has(const char *line) const
    {
        return text().contains('\n' + QByteArray("ghost_operation_duration_seconds") + line + '\n');
    }

private Q_SLOTS:
    void init()
    {
        State state;
        state.setAgentStartedAtMs(agentStart);
        m_agent.setState(state);
        m_durations = std::make_unique<OperationDurations>(m_agent);
    }

    void tellsCommandsAndCodesApart()
    {
        m_durations->event(changed(ended(QStringLiteral("CreateVM"), Operation::Status::Succeeded, 700)));
        m_durations->event(changed(ended(QStringLiteral("CreateVM"), Operation::Status::Succeeded, 1800)));
        m_durations->event(changed(ended(QStringLiteral("CreateVM"), Operation::Status::Failed, 20, Code::Busy)));
        m_durations->event(changed(ended(QStringLiteral("StopVM"), Operation::Status::Cancelled, 20, Code::Cancelled)));
        QVERIFY(has("_count{command=\"CreateVM\",code=\"OK\"} 2"));
        QVERIFY(has("_sum{command=\"CreateVM\",code=\"OK\"} 2.5"));
        QVERIFY(has("_bucket{command=\"CreateVM\",code=\"OK\",le=\"0.5\"} 0"));
        QVERIFY(has("_bucket{command=\"CreateVM\",code=\"OK\",le=\"1\"} 1"));
        QVERIFY(has("_bucket{command=\"CreateVM\",code=\"OK\",le=\"+Inf\"} 2"));
        QVERIFY(has("_count{command=\"CreateVM\",code=\"Busy\"} 1"));
        QVERIFY(has("_count{command=\"StopVM\",code=\"Cancelled\"} 1"));
    }

    void countsNothingThatHasNotEnded()
    {
        m_durations->event(changed(ended(QStringLiteral("StopVM"), Operation::Status::Running, 0)));
        QCOMPARE(text(), QByteArray());
    }

    void countsAnOperationOnce()
    {
        const Operation operation = ended(QStringLiteral("StopVM"), Operation::Status::Succeeded, 20);
        m_agent.edit([&](State &state) { state.putOperation(operation); });
        m_durations->event(changed(operation));
        m_durations->event(changed(operation));
        m_durations->catchUp();
        QVERIFY(has("_count{command=\"StopVM\",code=\"OK\"} 1"));
    }

    void catchesUpWhenEventsWereLost()
    {
        m_agent.edit([&](State &state) {
            state.putOperation(ended(QStringLiteral("StopVM"), Operation::Status::Succeeded, 20));
        });
        Event lost;
        lost.setKind(QStringLiteral("resync"));
        m_durations->event(lost);
        QVERIFY(has("_count{command=\"StopVM\",code=\"OK\"} 1"));
    }

    void leavesOutWhatEndedInAnEarlierRun()
    {
        m_agent.edit([&](State &state) {
            state.putOperation(ended(QStringLiteral("StopVM"), Operation::Status::Succeeded, -500));
        });
        m_durations->catchUp();
        QCOMPARE(text(), QByteArray());
    }
};

QTEST_GUILESS_MAIN(OperationDurationsTest)
#include "OperationDurationsTest.moc"
