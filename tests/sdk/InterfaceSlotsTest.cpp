// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include <cstring>

#include <QtTest/QtTest>

#include "ghost/Agent.h"
#include "ghost/Frontend.h"
#include "ghost/Hypervisor.h"
#include "ghost/ImageSource.h"
#include "ghost/Network.h"
#include "ghost/Storage.h"

using namespace ghost;

namespace {

/// The place of a virtual function in its vtable, as the Itanium C++ ABI keeps it in a pointer to member. A compiled
/// plugin has this number in its code, not the name.
template <class Member>
qsizetype slotOf(Member member)
{
    struct
    {
        std::ptrdiff_t offset;
        std::ptrdiff_t adjustment;
    } raw;
    static_assert(sizeof raw == sizeof member);
    std::memcpy(&raw, &member, sizeof raw);
    return (raw.offset & ~std::ptrdiff_t(1)) / std::ptrdiff_t(sizeof(void *));
}

template <class... Members>
QList<qsizetype> slotsOf(Members... members)
{
    return {slotOf(members)...};
}

/// The first @p count slots behind the two of the destructor.
QList<qsizetype> inOrder(qsizetype count)
{
    QList<qsizetype> numbers;
    for (qsizetype i = 0; i < count; ++i)
        numbers.append(2 + i);
    return numbers;
}

} // namespace

/// The order of each interface's functions, which is frozen. That none was appended is seen by AbiTest: the size of the
/// vtable.
class InterfaceSlotsTest : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void ofEveryPlugin()
    {
        QCOMPARE(slotsOf(&Plugin::activate, &Plugin::deactivate), inOrder(2));
        QCOMPARE(slotsOf(&PluginContext::publish, &PluginContext::setHealth, &PluginContext::log,
                         &PluginContext::folder, &PluginContext::agentId),
                 inOrder(5));
        QCOMPARE(slotsOf(&CallListener::progress, &CallListener::log), inOrder(2));
    }

    void ofHypervisors()
    {
        QCOMPARE(slotsOf(&Hypervisor::capabilities, &Hypervisor::create, &Hypervisor::powerOn, &Hypervisor::powerOff,
                         &Hypervisor::remove, &Hypervisor::inspect, &Hypervisor::list),
                 inOrder(7));
        QCOMPARE(slotsOf(&VmStats::usage), inOrder(1));
        QCOMPARE(slotsOf(&VmConsole::openConsole), inOrder(1));
        QCOMPARE(slotsOf(&VmPause::pause, &VmPause::resume), inOrder(2));
        QCOMPARE(slotsOf(&VmNicUpdate::updateNic), inOrder(1));
    }

    void ofNetworks()
    {
        QCOMPARE(slotsOf(&Network::nicKind, &Network::ensure, &Network::remove, &Network::plug, &Network::unplug,
                         &Network::addresses, &Network::ports),
                 inOrder(7));
        QCOMPARE(slotsOf(&PortForwards::forwards, &PortForwards::setForwards), inOrder(2));
    }

    void ofStorage()
    {
        QCOMPARE(slotsOf(&Storage::create, &Storage::remove, &Storage::resize, &Storage::inspect, &Storage::list,
                         &Storage::source),
                 inOrder(6));
        QCOMPARE(slotsOf(&ImageSource::resolve, &ImageSource::fetch, &ImageSource::import, &ImageSource::remove,
                         &ImageSource::list),
                 inOrder(5));
    }

    void ofFrontends()
    {
        QCOMPARE(slotsOf(&Frontend::open, &Frontend::close), inOrder(2));
        QCOMPARE(slotsOf(&CloudLink::status, &CloudLink::setPaused, &CloudLink::leave), inOrder(3));
        QCOMPARE(slotsOf(&Agent::submit, &Agent::cancel, &Agent::state, &Agent::subscribe, &Agent::unsubscribe,
                         &Agent::query, &Agent::openStream),
                 inOrder(7));
        QCOMPARE(slotsOf(&EventSink::event), inOrder(1));
        QCOMPARE(slotsOf(&ReplySink::answered), inOrder(1));
        QCOMPARE(slotsOf(&StreamSink::opened), inOrder(1));
    }

    void theirNamesAreKept_data()
    {
        QTest::addColumn<QString>("name");
        const auto row = [](const char *iid, const char *name) { QTest::newRow(name) << QString(iid); };
        row(qobject_interface_iid<Plugin *>(), "org.ghost.Plugin/1");
        row(qobject_interface_iid<Hypervisor *>(), "org.ghost.Hypervisor/1");
        row(qobject_interface_iid<VmStats *>(), "org.ghost.VmStats/1");
        row(qobject_interface_iid<VmConsole *>(), "org.ghost.VmConsole/1");
        row(qobject_interface_iid<VmPause *>(), "org.ghost.VmPause/1");
        row(qobject_interface_iid<VmNicUpdate *>(), "org.ghost.VmNicUpdate/1");
        row(qobject_interface_iid<Network *>(), "org.ghost.Network/1");
        row(qobject_interface_iid<PortForwards *>(), "org.ghost.PortForwards/1");
        row(qobject_interface_iid<Storage *>(), "org.ghost.Storage/1");
        row(qobject_interface_iid<ImageSource *>(), "org.ghost.ImageSource/1");
        row(qobject_interface_iid<Frontend *>(), "org.ghost.Frontend/1");
        row(qobject_interface_iid<CloudLink *>(), "org.ghost.CloudLink/1");
    }
    void theirNamesAreKept()
    {
        QFETCH(QString, name);
        QCOMPARE(name, QString(QTest::currentDataTag()));
    }
};

QTEST_GUILESS_MAIN(InterfaceSlotsTest)
#include "InterfaceSlotsTest.moc"
