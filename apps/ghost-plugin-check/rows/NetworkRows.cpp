// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include <QtCore/QElapsedTimer>
#include <QtCore/QRegularExpression>

#include "bench/NetworkBench.h"
#include "bench/Parallel.h"
#include "rows/Rows.h"

namespace ghost::kit {

namespace {

using namespace std::chrono_literals;

constexpr int times = 10;

void ensuresOnce(Bench &bench)
{
    NetworkBench network(bench);
    const NetworkInfo first = expect("ensure", network.ensure(network.spec())).ok();
    expect("id that ensure answers", first.id().toString()).is(network.id().toString());
    for (int i = 1; i < times; ++i)
        expect("ensure again", expect("ensure again", network.ensure(network.spec())).ok()).is(first);
}

void plugsOnce(Bench &bench)
{
    NetworkBench network(bench);
    const VmId vm = VmId::create();
    const NicSource first = expect("plug", network.plug(vm)).ok();
    for (int i = 1; i < times; ++i)
        expect("plug again", expect("plug again", network.plug(vm)).ok()).is(first);
    expect("ports", network.ports()).is({vm});
}

void givesAWholePort(Bench &bench)
{
    static const QRegularExpression mac(QStringLiteral("^[0-9a-f]{2}(:[0-9a-f]{2}){5}$"));
    NetworkBench network(bench);
    const NicSource nic = expect("plug", network.plug(VmId::create())).ok();
    expect("kind of the port", nic.kind()).is(network.driver().nicKind());
    must(mac.match(nic.mac()).hasMatch(),
         QStringLiteral("MAC '%1' is not of the form 52:54:00:12:34:56").arg(nic.mac()));
    must((nic.mac().left(2).toInt(nullptr, 16) & 1) == 0, QStringLiteral("MAC %1 is a group's").arg(nic.mac()));
    must(nic.kind() != NicSource::Kind::Bridge || !nic.target().isEmpty(),
         QStringLiteral("a port on a bridge without its name"));
    for (const PortForward &forward : nic.forwards())
        expect("host port of a forward", forward.hostPort()).isAtLeast(1);
}

void givesEachItsOwn(Bench &bench)
{
    constexpr int count = 10;
    NetworkBench network(bench);
    expect("ensure", network.ensure(network.spec())).ok();
    expect("plug", network.plug(VmId::create())).ok();
    std::vector<NicSource> nics(count);
    inParallel(count,
               [&](int i) { nics[size_t(i)] = expect("plug beside others", network.plug(VmId::create())).ok(); });
    QSet<QString> macs;
    for (const NicSource &nic : nics)
        macs.insert(nic.mac());
    expect("different MACs of 10 ports", int(macs.size())).is(count);
    expect("ports", int(network.ports().size())).is(count + 1);
}

void unplugsOnce(Bench &bench)
{
    NetworkBench network(bench);
    const VmId vm = VmId::create();
    expect("plug", network.plug(vm)).ok();
    for (int i = 0; i < times; ++i)
        expect("unplug", network.unplug(vm)).ok();
    expect("unplug of a VM that was never plugged", network.unplug(VmId::create())).ok();
    expect("ports", network.ports()).is({});
}

void removesOnce(Bench &bench)
{
    NetworkBench network(bench);
    expect("ensure", network.ensure(network.spec())).ok();
    for (int i = 0; i < times; ++i)
        expect("remove", network.remove(network.id())).ok();
    expect("remove of an id that was never seen", network.remove(NetworkId::create())).ok();
    expect("ensure after remove", network.ensure(network.spec())).ok();
}

void keepsANetworkInUse(Bench &bench)
{
    NetworkBench network(bench);
    const VmId vm = VmId::create();
    const NicSource nic = expect("plug", network.plug(vm)).ok();
    expect("remove of a network with a port", network.remove(network.id())).fails(Code::FailedPrecondition);
    expect("plug after it", expect("plug", network.plug(vm)).ok()).is(nic);
}

void knowsNoAddressYet(Bench &bench)
{
    NetworkBench network(bench);
    const VmId vm = VmId::create();
    expect("plug", network.plug(vm)).ok();
    for (const Address &address : expect("addresses of a VM that never ran", network.addresses(vm)).ok())
        throw RowFailed{QStringLiteral("a VM that never ran has the address '%1', endpoint '%2'")
                            .arg(address.ip(), address.endpoint())};
}

void plugsAndNotes(Bench &bench)
{
    NetworkBench network(bench);
    const VmId vm = VmId::create();
    bench.note(QStringLiteral("vm"), vm.toString());
    bench.note(QStringLiteral("nic"), describe(expect("plug", network.plug(vm)).ok()));
}

void plugsNotesAndDies(Bench &bench)
{
    plugsAndNotes(bench);
    bench.die();
}

void findsThePort(Bench &bench)
{
    NetworkBench network(bench);
    const VmId vm = VmId::fromString(bench.noted(QStringLiteral("vm")));
    expect("ports after a restart", network.ports()).is({vm});
    expect("plug after a restart", describe(expect("plug", network.plug(vm)).ok()))
        .is(bench.noted(QStringLiteral("nic")));
}

void endsInTime(Bench &bench)
{
    NetworkBench network(bench);
    const auto cancellation = std::make_shared<Cancellation>();
    cancellation->cancel();
    KitCall cancelled(60s, cancellation);
    QElapsedTimer timer;
    timer.start();
    expect("ensure that is cancelled", network.ensure(network.spec(), cancelled)).okOr({Code::Cancelled});
    KitCall hurried(1ms);
    expect("ensure with a deadline of 1 ms", network.ensure(network.spec(), hurried))
        .okOr({Code::DeadlineExceeded, Code::Unavailable});
    expect("both took", std::chrono::milliseconds(timer.elapsed())).isAtMost(deadlineGrace);
    expect("ensure after them", network.ensure(network.spec())).ok();
}

void beginsNothingTooLate(Bench &bench)
{
    NetworkBench network(bench);
    const VmId vm = VmId::create();
    KitCall late(0ms);
    expect("ensure with a deadline that is over", network.ensure(network.spec(), late)).fails(Code::DeadlineExceeded);
    expect("ensure", network.ensure(network.spec())).ok();
    expect("plug with a deadline that is over", network.plug(vm, late)).fails(Code::DeadlineExceeded);
    expect("ports after it", network.ports()).is({});
    expect("plug", network.plug(vm)).ok();
    expect("unplug with a deadline that is over", network.unplug(vm, late)).fails(Code::DeadlineExceeded);
    expect("ports after it", network.ports()).is({vm});
    expect("unplug", network.unplug(vm)).ok();
    expect("remove with a deadline that is over", network.remove(network.id(), late)).fails(Code::DeadlineExceeded);
}

QList<PortForward> wishFor(std::initializer_list<int> guestPorts)
{
    QList<PortForward> wish;
    for (const int port : guestPorts) {
        PortForward forward;
        forward.setProtocol(PortForward::Protocol::Tcp);
        forward.setGuestPort(port);
        forward.setHostAddress(QStringLiteral("127.0.0.1"));
        wish.append(forward);
    }
    return wish;
}

void choosesHostPorts(Bench &bench)
{
    NetworkBench network(bench);
    const VmId vm = VmId::create();
    expect("plug", network.plug(vm)).ok();
    const NicSource nic = expect("setForwards", network.setForwards(vm, wishFor({22, 8080}))).ok();
    QSet<int> hostPorts;
    QSet<int> guestPorts;
    for (const PortForward &forward : nic.forwards()) {
        expect("a host port that was chosen", forward.hostPort()).isAtLeast(1);
        hostPorts.insert(forward.hostPort());
        guestPorts.insert(forward.guestPort());
    }
    must(guestPorts == QSet<int>{22, 8080},
         QStringLiteral("wished for 22 and 8080, got %1").arg(describe(nic.forwards())));
    expect("different host ports", int(hostPorts.size())).is(2);
    expect("forwards", expect("forwards", network.forwards(vm)).ok()).is(nic.forwards());
    for (int i = 0; i < times; ++i)
        expect("setForwards again", expect("setForwards", network.setForwards(vm, nic.forwards())).ok()).is(nic);
    expect("plug again", expect("plug", network.plug(vm)).ok().forwards()).is(nic.forwards());
}

void refusesATakenPort(Bench &bench)
{
    NetworkBench network(bench);
    const VmId one = VmId::create();
    const VmId two = VmId::create();
    expect("plug", network.plug(one)).ok();
    expect("plug", network.plug(two)).ok();
    const QList<PortForward> taken = expect("setForwards", network.setForwards(one, wishFor({22}))).ok().forwards();
    const QList<PortForward> before = expect("forwards", network.forwards(two)).ok();
    expect("setForwards to another VM's host port", network.setForwards(two, taken)).fails(Code::AlreadyExists);
    expect("forwards after it", expect("forwards", network.forwards(two)).ok()).is(before);
    expect("forwards of a VM that is not plugged", network.forwards(VmId::create())).fails(Code::NotFound);
    expect("setForwards of a VM that is not plugged", network.setForwards(VmId::create(), {})).fails(Code::NotFound);
}

} // namespace

Rows networkRows()
{
    constexpr const char *plug = "ghost/Network.h, plug: \"plugged already: the same again\"";
    constexpr const char *knows = "ghost/Plugin.h, activate: \"After activate a driver again knows every VM, port and "
                                  "disk that it made earlier\"";
    constexpr const char *forwards = "ghost/Network.h, PortForwards::setForwards";
    return {
        {.name = "ensure-ten-times",
         .rule = "ensure of a network that is there is Ok and the same network",
         .where = "ghost/Network.h, ensure: \"made if need be\"",
         .run = ensuresOnce},
        {.name = "plug-ten-times",
         .rule = "plug of a VM that is plugged answers the same port",
         .where = plug,
         .run = plugsOnce},
        {.name = "port-complete",
         .rule = "a port has the driver's kind, a MAC of its own and a target",
         .where = "ghost/NicSource.h",
         .run = givesAWholePort},
        {.name = "ten-plugs",
         .rule = "ports that are plugged at once differ in their MACs",
         .where = "ghost/Network.h, plug: \"The network chooses MAC and address\"",
         .run = givesEachItsOwn},
        {.name = "unplug-ten-times",
         .rule = "unplug of a VM that is not plugged is Ok",
         .where = "ghost/Network.h, unplug: \"Not plugged: Ok\"",
         .run = unplugsOnce},
        {.name = "remove-network-ten-times",
         .rule = "remove of an unknown network is Ok, and it can be made again",
         .where = "ghost/Network.h, remove: \"Unknown id: Ok\"",
         .run = removesOnce},
        {.name = "network-in-use",
         .rule = "a network with ports is not removed",
         .where = "ghost/Network.h, remove: \"Ports still plugged: FailedPrecondition\"",
         .run = keepsANetworkInUse},
        {.name = "no-address-yet",
         .rule = "a VM that never ran has no address",
         .where = "ghost/Network.h, addresses: \"empty when nothing yet\"",
         .run = knowsNoAddressYet},
        {.name = "restart-port",
         .rule = "a new process knows the ports, and they are the same",
         .where = knows,
         .run = plugsAndNotes,
         .afterRestart = findsThePort},
        {.name = "killed-port",
         .rule = "a port outlives a kill",
         .where = knows,
         .run = plugsNotesAndDies,
         .afterRestart = findsThePort},
        {.name = "ensure-in-time",
         .rule = "ensure hears cancel and deadline, and can be repeated",
         .where = "ghost/Result.h, Code::Cancelled, Code::DeadlineExceeded",
         .run = endsInTime},
        {.name = "network-deadline-over",
         .rule = "a call whose deadline is over before it begins is DeadlineExceeded and does nothing",
         .where = "hypervisor.md, Every call: \"when the deadline is over before it begins\"",
         .run = beginsNothingTooLate},
        {.name = "forwards-chosen",
         .rule = "host ports are chosen, differ, and stay",
         .where = forwards,
         .run = choosesHostPorts,
         .facet = "PortForwards"},
        {.name = "forwards-taken",
         .rule = "a taken host port is AlreadyExists and changes nothing; not plugged is NotFound",
         .where = forwards,
         .run = refusesATakenPort,
         .facet = "PortForwards"},
    };
}

} // namespace ghost::kit
