// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include <cstddef>
#include <type_traits>

#include <QtTest/QtTest>

#include "ghost/Address.h"
#include "ghost/Capabilities.h"
#include "ghost/Command.h"
#include "ghost/DiskSource.h"
#include "ghost/Event.h"
#include "ghost/Health.h"
#include "ghost/Hypervisor.h"
#include "ghost/ImageInfo.h"
#include "ghost/NetworkSpec.h"
#include "ghost/PortForward.h"
#include "ghost/State.h"
#include "ghost/UniqueFd.h"
#include "ghost/VmUsage.h"
#include "ghost/VolumeInfo.h"
#include "ghost/VolumeSpec.h"

using namespace ghost;

namespace {

/// What a growable value of the SDK promises: one pointer, so that new fields change no layout, and free moves.
template <class Value>
constexpr bool isGrowable = sizeof(Value) == sizeof(void *) && std::is_nothrow_move_constructible_v<Value> &&
                            std::is_nothrow_move_assignable_v<Value> && std::is_copy_constructible_v<Value> &&
                            std::is_default_constructible_v<Value> && !std::is_polymorphic_v<Value>;

static_assert(isGrowable<Error>);
static_assert(isGrowable<Address>);
static_assert(isGrowable<Capabilities>);
static_assert(isGrowable<Command> && isGrowable<Query>);
static_assert(isGrowable<DiskSource>);
static_assert(isGrowable<Event>);
static_assert(isGrowable<Health>);
static_assert(isGrowable<HostResources>);
static_assert(isGrowable<ImageRef> && isGrowable<ImageInfo> && isGrowable<LocalImage>);
static_assert(isGrowable<NetworkSpec> && isGrowable<NetworkInfo> && isGrowable<PortSpec>);
static_assert(isGrowable<NicSource>);
static_assert(isGrowable<Operation>);
static_assert(isGrowable<PluginStatus>);
static_assert(isGrowable<Principal>);
static_assert(isGrowable<State>);
static_assert(isGrowable<Vm> && isGrowable<VmInfo> && isGrowable<VmSpec> && isGrowable<VmUsage>);
static_assert(isGrowable<VolumeInfo> && isGrowable<VolumeSpec>);
static_assert(sizeof(VmId) == 16 && sizeof(OperationId) == 16);
static_assert(sizeof(Code) == sizeof(int) && sizeof(VmState) == sizeof(int) && sizeof(Accelerator) == sizeof(int));
static_assert(isGrowable<PortForward>);
static_assert(sizeof(UniqueFd) == sizeof(int));
// Plain structures and templates are in the plugin's own code: no field may move, none may come.
static_assert(sizeof(PowerOff) == 12 && offsetof(PowerOff, graceSeconds) == 4 &&
              offsetof(PowerOff, forceAfterGrace) == 8);
static_assert(sizeof(DriverEvent) == 20 && offsetof(DriverEvent, vm) == 4);
static_assert(sizeof(EventFilter) == 56 && offsetof(EventFilter, subject) == 24 && offsetof(EventFilter, since) == 48);
static_assert(sizeof(Result<void>) == 16 && sizeof(Result<VmInfo>) == 16 && sizeof(Result<VmId>) == 24);
static_assert(sizeof(Call) == sizeof(void *) && sizeof(Signal) == sizeof(int) && sizeof(Cancellation) == sizeof(int));
static_assert(!std::is_copy_constructible_v<UniqueFd>);

} // namespace

/// The assertions above are the test; a program that builds has passed.
class LayoutTest : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void aMovedFromValueMayBeAssignedAndCompared()
    {
        Vm vm;
        vm.setName("a");
        const Vm moved = std::move(vm);
        vm = moved; // NOLINT(bugprone-use-after-move): what is tested
        QVERIFY(vm == moved);
    }
};

QTEST_GUILESS_MAIN(LayoutTest)
#include "LayoutTest.moc"
