// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
//
// await-vms SOCKET COUNT SECONDS: waits until an agent there lists COUNT VMs, none of them in an unknown state. Prints
// that moment in seconds of CLOCK_MONOTONIC, which Python's time.monotonic() reads, too.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <thread>

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "Client.h"

using namespace ghost::bench;

namespace {

constexpr std::chrono::milliseconds betweenLooks{2};

/// gRPC's own way to come back after a refusal takes a second.
bool isListening(const char *path)
{
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::strncpy(address.sun_path, path, sizeof address.sun_path - 1);
    const int socket = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const bool connected = ::connect(socket, reinterpret_cast<const sockaddr *>(&address), sizeof address) == 0;
    ::close(socket);
    return connected;
}

bool knowsAll(const proto::ListVMsResponse &list, int count)
{
    return list.vms_size() == count && std::none_of(list.vms().begin(), list.vms().end(), [](const proto::Vm &vm) {
               return vm.state() == proto::VM_STATE_UNKNOWN || vm.state() == proto::VM_STATE_UNSPECIFIED;
           });
}

} // namespace

int main(int argc, char **argv)
{
    if (argc != 4)
        return std::fputs("usage: await-vms SOCKET COUNT SECONDS\n", stderr), 2;
    const auto end = Clock::now() + std::chrono::seconds(std::atoi(argv[3]));
    while (!isListening(argv[1])) {
        if (Clock::now() > end)
            return std::fputs("nobody listens\n", stderr), 1;
        std::this_thread::sleep_for(betweenLooks);
    }
    const auto stub = connect(argv[1]);
    while (!knowsAll(listVms(*stub), std::atoi(argv[2]))) {
        if (Clock::now() > end)
            return std::fputs("not all VMs are known\n", stderr), 1;
        std::this_thread::sleep_for(betweenLooks);
    }
    std::printf("%.6f\n", std::chrono::duration<double>(Clock::now().time_since_epoch()).count());
    return 0;
}
