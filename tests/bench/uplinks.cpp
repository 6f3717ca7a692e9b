// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
//
// uplinks ENDPOINT NAME AGENTS VMS: so many agents NAME-0, NAME-1 … in this one process, each with the real uplink and
// a fake agent behind it that has VMS VMs. Says `ready`, and does what standard input says, a word a line:
//   connect  answered with `connected` when the cloud knows every agent and all of its VMs
//   measure  forgets the heartbeats so far
//   tell     answered with `told FAILED N N …`: how many heartbeats failed since measure, and the microseconds of the
//   others
// and ends with the input.
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <thread>

#include <QtCore/QCoreApplication>
#include <sys/resource.h>

#include "BeatTimes.h"
#include "CloudAgent.h"
#include "FakePluginContext.h"
#include "Uplink.h"

using namespace ghost;

namespace {

constexpr auto patience = std::chrono::minutes(2);
constexpr auto lookInterval = std::chrono::milliseconds(50);

[[noreturn]] void fail(const QString &why)
{
    std::fprintf(stderr, "uplinks: %s\n", qPrintable(why));
    std::exit(1);
}

/// One owner's machine, as far as the cloud can see.
class Machine
{
public:
    Machine(const QString &endpoint, const QString &name, int vms)
    {
        m_options.endpoint = *uplink::Endpoint::parse(endpoint);
        m_options.name = name;
        m_options.allowed = {QStringLiteral("start"), QStringLiteral("stop")};
        m_options.tailscaleSocket = m_context.root() + QStringLiteral("/no-tailscaled.sock");
        for (int vm = 0; vm < vms; ++vm)
            m_agent.makeVm(QStringLiteral("vm-%1").arg(vm));
    }
    ~Machine()
    {
        if (m_uplink)
            m_uplink->end(std::chrono::seconds(1));
    }

    void connect()
    {
        auto uplink = uplink::Uplink::start(m_options, m_context);
        if (!uplink)
            fail(uplink.error().text());
        m_uplink = std::move(*uplink);
        m_uplink->open(m_agent);
    }
    bool isConnected() const
    {
        const QCborMap status = m_uplink->status();
        return status.value(QStringLiteral("state")).toString() == QLatin1String("connected") &&
               status.value(QStringLiteral("stream_open")).toBool() &&
               status.value(QStringLiteral("heartbeats_total")).toInteger() > 0 &&
               status.value(QStringLiteral("outbox_reports")).toInteger() == 0;
    }
    void close() { m_uplink->close(); }

private:
    uplink::UplinkOptions m_options;
    FakePluginContext m_context;
    CloudAgent m_agent;
    std::unique_ptr<uplink::Uplink> m_uplink;
};

using Machines = std::vector<std::unique_ptr<Machine>>;

/// Each has a connection, three files and some more.
void raiseFileLimit()
{
    rlimit limit = {};
    ::getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &limit);
}

void say(const char *word)
{
    std::puts(word);
    std::fflush(stdout);
}

void connect(const Machines &machines)
{
    for (const auto &machine : machines)
        machine->connect();
    const auto deadline = std::chrono::steady_clock::now() + patience;
    for (const auto &machine : machines)
        while (!machine->isConnected()) {
            if (std::chrono::steady_clock::now() > deadline)
                fail(QStringLiteral("an agent is not connected after two minutes"));
            std::this_thread::sleep_for(lookInterval);
        }
    say("connected");
}

void tell(const bench::BeatTimes::Measured &measured)
{
    std::printf("told %ld", measured.failed);
    for (const long time : measured.microseconds)
        std::printf(" %ld", time);
    say("");
}

} // namespace

int main(int argc, char **argv)
{
    if (argc != 5)
        return std::fputs("usage: uplinks ENDPOINT NAME AGENTS VMS\n", stderr), 2;
    raiseFileLimit();
    QCoreApplication application(argc, argv);
    bench::BeatTimes &times = bench::BeatTimes::installed();
    Machines machines;
    for (int number = 0; number < std::atoi(argv[3]); ++number)
        machines.push_back(std::make_unique<Machine>(
            argv[1], QStringLiteral("%1-%2").arg(QLatin1String(argv[2])).arg(number), std::atoi(argv[4])));

    say("ready");
    for (std::string word; std::getline(std::cin, word);) {
        if (word == "connect")
            connect(machines);
        else if (word == "measure")
            times.take();
        else if (word == "tell")
            tell(times.take());
        else
            fail(QStringLiteral("not known: %1").arg(QString::fromStdString(word)));
    }
    for (const auto &machine : machines)
        machine->close();
    return 0;
}
