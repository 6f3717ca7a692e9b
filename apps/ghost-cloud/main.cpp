// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include <csignal>
#include <cstdio>
#include <malloc.h>
#include <sys/resource.h>

#include <QtCore/QCoreApplication>
#include <QtCore/QFile>
#include <QtCore/QSaveFile>

#include "CommandLine.h"

using namespace ghost;

namespace {

int failed(const Error &error)
{
    std::fprintf(stderr, "ghost-cloud: %s\n", qUtf8Printable(error.text()));
    return 1;
}

/// Blocked before there is any thread, so that all block them and sigwait gets them.
sigset_t blockSignals()
{
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGINT);
    pthread_sigmask(SIG_BLOCK, &signals, nullptr);
    std::signal(SIGPIPE, SIG_IGN);
    return signals;
}

/// Each agent has a connection and a stream; a shell's limit is 1,024.
void allowManyConnections()
{
    rlimit limit = {};
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
        return;
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
}

/// For whoever starts it on port 0.
Result<void> writeEndpoint(const QString &path, const QString &place)
{
    QSaveFile file(path);
    if (!file.open(QIODevice::WriteOnly) || file.write(place.toUtf8() + '\n') < 0 || !file.commit())
        return Error(Code::PermissionDenied, QStringLiteral("cannot write %1: %2").arg(path, file.errorString()));
    return {};
}

} // namespace

int main(int argc, char **argv)
{
    mallopt(M_ARENA_MAX, 2);
    allowManyConnections();
    const sigset_t signals = blockSignals();
    QCoreApplication application(argc, argv); // finds the driver of the database
    int exitCode = 0;
    const auto line = cloud::CommandLine::parse(argc, argv, exitCode);
    if (!line)
        return exitCode;

    auto server = cloud::Server::start(line->server);
    if (!server)
        return failed(server.error());
    const QString place = (*server)->place().toString();
    const QString endpoint = line->server.folder + QStringLiteral("/endpoint");
    if (auto written = writeEndpoint(endpoint, place); !written)
        return failed(written.error());
    if (!line->server.tls.areGiven())
        std::fprintf(stderr, "ghost-cloud: warning: plain text, and whoever reaches %s is the operator\n",
                     qUtf8Printable(place));
    std::printf("ghost-cloud: listening at %s\n", qUtf8Printable(place));
    std::fflush(stdout);

    int number = 0;
    sigwait(&signals, &number);
    QFile::remove(endpoint);
    server->reset();
    return 0;
}
