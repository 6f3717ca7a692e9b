// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
//
// read-load list|status CLIENTS AGENT_SOCKET BARE_SOCKET VM ROUNDS: asks both servers by turns, 100 ms each, with
// CLIENTS connections at once, each on a thread of its own. Prints `name value` lines: the ratio of the medians of each
// round, then the median of those (noise of the machine meets both alike), and microseconds over all rounds.
#include <cstdio>
#include <cstdlib>
#include <string_view>
#include <thread>

#include "Client.h"

using namespace ghost::bench;
using namespace std::chrono_literals;

namespace {

constexpr auto turn = 100ms;
constexpr int callsForWarmth = 50;

using Call = void (*)(Stub &, const std::string &vm);

struct Side
{
    std::vector<std::unique_ptr<Stub>> clients;
    Latencies latencies;
};

Side connectSide(const std::string &socket, int clients, Call call, const std::string &vm)
{
    Side side;
    for (int i = 0; i < clients; ++i) {
        side.clients.push_back(connect(socket));
        for (int warm = 0; warm < callsForWarmth; ++warm)
            call(*side.clients.back(), vm);
    }
    return side;
}

/// Microseconds of the median call.
double takeTurn(Side &side, Call call, const std::string &vm)
{
    std::vector<Latencies> measured(side.clients.size());
    const auto end = Clock::now() + turn;
    {
        std::vector<std::jthread> threads;
        for (size_t i = 0; i < side.clients.size(); ++i)
            threads.emplace_back([&, i] {
                for (auto begin = Clock::now(); begin < end;) {
                    call(*side.clients[i], vm);
                    const auto now = Clock::now();
                    measured[i].add(now - begin);
                    begin = now;
                }
            });
    }
    Latencies all;
    for (const Latencies &latencies : measured)
        all.add(latencies);
    side.latencies.add(all);
    return all.quantile(0.5);
}

} // namespace

int main(int argc, char **argv)
{
    if (argc != 7)
        return std::fputs("usage: read-load list|status CLIENTS AGENT_SOCKET BARE_SOCKET VM ROUNDS\n", stderr), 2;
    const Call call = std::string_view(argv[1]) == "list"
                          ? Call([](Stub &stub, const std::string &) { listVms(stub); })
                          : Call([](Stub &stub, const std::string &vm) { vmStatus(stub, vm); });
    const int clients = std::atoi(argv[2]);
    const std::string vm = argv[5];
    Side agent = connectSide(argv[3], clients, call, vm);
    Side bare = connectSide(argv[4], clients, call, vm);

    std::vector<double> ratios;
    for (int round = 0; round < std::atoi(argv[6]); ++round) {
        // Who is first changes, too: the second finds the processor warm.
        const bool agentFirst = round % 2 == 0;
        const double first = takeTurn(agentFirst ? agent : bare, call, vm);
        const double second = takeTurn(agentFirst ? bare : agent, call, vm);
        ratios.push_back(agentFirst ? first / second : second / first);
    }
    std::printf("ratio %.3f\n", median(ratios));
    std::printf("agent_p50_us %.1f\nagent_p99_us %.1f\n", agent.latencies.quantile(0.5),
                agent.latencies.quantile(0.99));
    std::printf("bare_p50_us %.1f\nbare_p99_us %.1f\n", bare.latencies.quantile(0.5), bare.latencies.quantile(0.99));
    return 0;
}
