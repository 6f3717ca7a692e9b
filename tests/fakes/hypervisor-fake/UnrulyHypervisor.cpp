// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include <thread>

#include <QtCore/QObject>
#include <unistd.h>

#include "FakeHypervisor.h"

/// A symbol too many, for whoever comes after.
extern "C" Q_DECL_EXPORT void ghost_unruly_helper() {}

namespace ghost {

namespace {

/// Starts work because its file was loaded.
const struct Eager
{
    Eager()
    {
        std::thread([] {
            for (;;)
                ::pause();
        }).detach();
    }
} eager;

} // namespace

/// Breaks the rules that hold before activate, for the tests of ghost-plugin-check: its version is none, it exports a
/// symbol, works while being loaded, and declares a facet that it has not got.
class UnrulyHypervisor : public QObject, public FakeHypervisor
{
    Q_OBJECT
    Q_PLUGIN_METADATA(IID GHOST_PLUGIN_IID FILE "ghost-plugin.json")
    Q_INTERFACES(ghost::Plugin ghost::Hypervisor ghost::VmStats ghost::VmConsole ghost::VmNicUpdate)
};

} // namespace ghost

#include "UnrulyHypervisor.moc"
