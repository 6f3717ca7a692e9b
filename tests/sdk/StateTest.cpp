// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include <QtTest/QtTest>

#include "ghost/State.h"

using namespace ghost;

namespace {

Vm vm(const QString &name)
{
    Vm made;
    made.setId(VmId::create());
    made.setName(name);
    return made;
}

} // namespace

class StateTest : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void keepsTheOrderInWhichVmsCame()
    {
        State state;
        const QList<Vm> vms{vm("c"), vm("a"), vm("b")};
        for (const Vm &one : vms)
            state.putVm(one);
        Vm changed = vms[1];
        changed.setState(VmState::Running);
        state.putVm(changed);
        QCOMPARE(state.vms().size(), qsizetype(3));
        QCOMPARE(state.vms()[1], changed);
        QCOMPARE(state.vms()[2].name(), QString("b"));
    }

    void findsByIdAndName()
    {
        State state;
        const Vm one = vm("a");
        state.putVm(one);
        QCOMPARE(state.vm(one.id())->name(), QString("a"));
        QCOMPARE(state.vmByName("a")->id(), one.id());
        QVERIFY(!state.vm(VmId::create()));
        QVERIFY(!state.vmByName("A"));
        state.dropVm(VmId::create());
        state.dropVm(one.id());
        QVERIFY(state.vms().isEmpty());
    }

    void aCopyDoesNotChange()
    {
        State state;
        const Vm one = vm("a");
        state.putVm(one);
        const State published = state;
        state.dropVm(one.id());
        Operation operation;
        operation.setId(OperationId::create());
        state.putOperation(operation);
        QCOMPARE(published.vms().size(), qsizetype(1));
        QVERIFY(published.operations().isEmpty());
        QVERIFY(!(published == state));
        state.dropOperation(operation.id());
        QVERIFY(!state.operation(operation.id()));
    }
};

QTEST_GUILESS_MAIN(StateTest)
#include "StateTest.moc"
