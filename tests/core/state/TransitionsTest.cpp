// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include <QtTest/QtTest>

#include "state/Transitions.h"

using namespace ghost;

class TransitionsTest : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void theWholeTable_data()
    {
        QTest::addColumn<QString>("command");
        QTest::addColumn<int>("state");
        QTest::addColumn<QChar>("verdict");
        // y: yes, n: no, f: with force. In the order of VmState, from Stopped on:
        // stopped starting running paused stopping failed unknown
        const QList<QPair<QString, QString>> rows{
            {"StartVM", "ynnnnyy"},  {"StopVM", "nyyfyfy"},   {"RestartVM", "nyyfyyy"},     {"PauseVM", "nnynnny"},
            {"ResumeVM", "nnnynny"}, {"DeleteVM", "yffffyf"}, {"SetVMForwards", "yyyyyyy"}, {"OpenConsole", "nyyyyny"}};
        for (const auto &[command, verdicts] : rows)
            for (int column = 0; column < verdicts.size(); ++column)
                QTest::addRow("%s %s", qPrintable(command), qPrintable(vmStateName(VmState(column + 1))))
                    << command << column + 1 << verdicts[column];
    }
    void theWholeTable()
    {
        QFETCH(QString, command);
        QFETCH(int, state);
        QFETCH(QChar, verdict);
        Vm vm;
        vm.setName("my-vm");
        vm.setState(VmState(state));
        const auto plain = checkTransition(command, vm, false);
        const auto forced = checkTransition(command, vm, true);
        QCOMPARE(plain.has_value(), verdict == 'y');
        QCOMPARE(forced.has_value(), verdict != 'n');
        if (!plain) {
            QCOMPARE(plain.error().code(), Code::FailedPrecondition);
            QVERIFY(plain.error().message().contains("my-vm"));
            QVERIFY(plain.error().message().contains(vmStateName(vm.state())));
        }
    }

    void whatHasNoRowIsADefect()
    {
        Vm vm;
        vm.setState(VmState::Running);
        QCOMPARE(checkTransition("MakeCoffee", vm, true).error().code(), Code::Internal);
        vm.setState(VmState::Unspecified);
        QCOMPARE(checkTransition("StartVM", vm, true).error().code(), Code::Internal);
        vm.setState(VmState(99));
        QCOMPARE(checkTransition("StartVM", vm, true).error().code(), Code::Internal);
        vm.setState(VmState(-1));
        QCOMPARE(checkTransition("StartVM", vm, true).error().code(), Code::Internal);
    }
};

QTEST_GUILESS_MAIN(TransitionsTest)
#include "TransitionsTest.moc"
