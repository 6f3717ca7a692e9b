// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
//
// change-load SOCKET VM TIMES: milliseconds of ListVMs, and of stopping and starting VM, as one client sees them. An
// answer to a change comes when it is on disk.
#include <cstdio>
#include <cstdlib>

#include "Client.h"

using namespace ghost::bench;

namespace {

template <class Call>
Clock::duration timed(Call call)
{
    const auto begin = Clock::now();
    call();
    return Clock::now() - begin;
}

void stop(Stub &stub, const std::string &vm)
{
    grpc::ClientContext context;
    proto::StopVMRequest request;
    request.set_vm(vm);
    request.set_force(true);
    proto::StopVMResponse response;
    require(stub.StopVM(&context, request, &response));
}

void start(Stub &stub, const std::string &vm)
{
    grpc::ClientContext context;
    proto::StartVMRequest request;
    request.set_vm(vm);
    request.set_no_wait(true);
    proto::StartVMResponse response;
    require(stub.StartVM(&context, request, &response));
}

void print(const char *what, const Latencies &latencies)
{
    std::printf("%s_p50_ms %.2f\n%s_p99_ms %.2f\n", what, latencies.quantile(0.5) / 1000, what,
                latencies.quantile(0.99) / 1000);
}

} // namespace

int main(int argc, char **argv)
{
    if (argc != 4)
        return std::fputs("usage: change-load SOCKET VM TIMES\n", stderr), 2;
    const auto stub = connect(argv[1]);
    const std::string vm = argv[2];
    const int times = std::atoi(argv[3]);

    Latencies lists;
    listVms(*stub);
    for (int i = 0; i < 5 * times; ++i)
        lists.add(timed([&] { listVms(*stub); }));
    Latencies changes;
    Latencies listsAfter; // the first of a new state
    for (int i = 0; i < times; ++i) {
        changes.add(timed([&] { stop(*stub, vm); }));
        listsAfter.add(timed([&] { listVms(*stub); }));
        changes.add(timed([&] { start(*stub, vm); }));
    }
    print("list", lists);
    print("list_after_change", listsAfter);
    print("change", changes);
    return 0;
}
