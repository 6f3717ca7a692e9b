// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "ProcessFaults.h"

#include <csignal>
#include <cstdio>
#include <thread>

#include <QtCore/QDir>
#include <QtCore/QFile>
#include <QtCore/QUuid>
#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace ghost {

namespace {

void touch(const QString &path)
{
    QFile file(path);
    if (!file.open(QIODevice::WriteOnly))
        qFatal("cannot make %s", qPrintable(path));
}

void leaveAChild()
{
    if (::fork() != 0)
        return;
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    for (;;)
        ::pause();
}

[[noreturn]] void pauseForEver()
{
    for (;;)
        ::pause();
}

} // namespace

void misbehave(const QString &fault, const PluginContext &context)
{
    if (fault == QStringLiteral("standard-output"))
        std::puts("hello from the fake");
    else if (fault == QStringLiteral("process-untouched"))
        ::umask(0077);
    else if (fault == QStringLiteral("no-threads-left"))
        std::thread(pauseForEver).detach();
    else if (fault == QStringLiteral("no-descriptors-left"))
        (void)::open("/dev/null", O_RDONLY | O_CLOEXEC);
    else if (fault == QStringLiteral("no-processes-left"))
        leaveAChild();
    else if (fault == QStringLiteral("no-files-left"))
        touch(context.folder(Folder::Data) + u'/' + QUuid::createUuid().toString(QUuid::Id128));
    else if (fault == QStringLiteral("only-its-folders"))
        touch(QDir::tempPath() + QStringLiteral("/stray"));
}

} // namespace ghost
