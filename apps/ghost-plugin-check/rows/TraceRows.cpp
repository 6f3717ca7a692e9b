// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include <QtCore/QDir>

#include "bench/Bench.h"
#include "bench/Life.h"
#include "bench/Traces.h"
#include "rows/Rows.h"

namespace ghost::kit {

namespace {

constexpr int activations = 20;
constexpr int lives = 3;

/// What twenty activations leave behind that one does not: what a library makes once for the whole process is no leak.
QStringList tracesOfActivations(Bench &bench)
{
    const auto cycle = [&bench] {
        bench.start();
        bench.stop();
    };
    cycle();
    const QString folder = bench.room();
    const Traces before = Traces::now(folder);
    for (int i = 0; i < activations; ++i)
        cycle();
    return newTracesOnceSettled(before, folder);
}

void leavesNoThreads(Bench &bench)
{
    expect("threads after 20 activations", ofKind(tracesOfActivations(bench), QStringLiteral("thread"))).is({});
}

void leavesNoDescriptors(Bench &bench)
{
    expect("descriptors after 20 activations", ofKind(tracesOfActivations(bench), QStringLiteral("descriptor"))).is({});
}

void leavesNoProcesses(Bench &bench)
{
    expect("child processes after 20 activations", ofKind(tracesOfActivations(bench), QStringLiteral("process")))
        .is({});
}

void leavesNoFiles(Bench &bench)
{
    expect("files after 20 activations", ofKind(tracesOfActivations(bench), QStringLiteral("file"))).is({});
}

void aLifeLeavesNothing(Bench &bench)
{
    bench.start();
    liveOnce(bench);
    bench.stop();
    const Traces before = Traces::now(bench.room());
    for (int i = 0; i < lives; ++i) {
        bench.start();
        liveOnce(bench);
        bench.stop();
    }
    expect("what three more lives leave behind", newTracesOnceSettled(before, bench.room())).is({});
}

void writesOnlyIntoItsFolders(Bench &bench)
{
    bench.start();
    liveOnce(bench);
    bench.stop();
    for (const char *folder : {"cwd", "tmp"})
        expect("files in the current or the temporary folder",
               QDir(bench.room() + u'/' + QLatin1String(folder))
                   .entryList(QDir::AllEntries | QDir::Hidden | QDir::System | QDir::NoDotAndDotDot))
            .is({});
}

} // namespace

Rows traceRows()
{
    constexpr const char *deactivate = "ghost/Plugin.h, deactivate: \"Ends threads and connections\"";
    return {
        {.name = "no-threads-left",
         .rule = "deactivate ends every thread",
         .where = deactivate,
         .run = leavesNoThreads},
        {.name = "no-descriptors-left",
         .rule = "deactivate closes every file and connection",
         .where = deactivate,
         .run = leavesNoDescriptors},
        {.name = "no-processes-left",
         .rule = "deactivate ends every helper process",
         .where = deactivate,
         .run = leavesNoProcesses},
        {.name = "no-files-left",
         .rule = "activating again and again does not fill the disk",
         .where = "ghost/Plugin.h, Folder: \"Data is this plugin's own folder and survives restarts\"",
         .run = leavesNoFiles},
        {.name = "a-life-leaves-nothing",
         .rule = "what was made and removed leaves no thread, descriptor, process or file",
         .where = "ghost/Hypervisor.h, remove: \"Forgets the VM\"",
         .run = aLifeLeavesNothing},
        {.name = "only-its-folders",
         .rule = "a plugin leaves files only in the folders that its context names",
         .where = "ghost/Plugin.h, Folder: \"Folders of the agent. All stand below one root\"",
         .run = writesOnlyIntoItsFolders},
    };
}

} // namespace ghost::kit
