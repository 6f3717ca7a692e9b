// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "state/AddressProbe.h"

#include <cerrno>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include "ghost/UniqueFd.h"

namespace ghost {

using std::chrono::milliseconds;

namespace {

// Shorter than TCP's first repetition (1 s): a fresh knock costs less than waiting for it.
constexpr milliseconds oneKnock{100};

enum class Knock { Answered, Silent, Cancelled };

Knock pause(int cancelFd)
{
    pollfd cancelled{cancelFd, POLLIN, 0};
    return ::poll(&cancelled, 1, int(oneKnock.count())) > 0 ? Knock::Cancelled : Knock::Silent;
}

Knock knock(const sockaddr_in &address, int cancelFd)
{
    const UniqueFd socket(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    if (!socket)
        return pause(cancelFd); // no descriptor is left: told at once, too
    if (::connect(socket.get(), reinterpret_cast<const sockaddr *>(&address), sizeof address) == 0 ||
        errno == ECONNREFUSED)
        return Knock::Answered;
    // No way there at all (yet): told at once, so wait a little before the next knock.
    if (errno != EINPROGRESS)
        return pause(cancelFd);
    pollfd entries[2] = {{socket.get(), POLLOUT, 0}, {cancelFd, POLLIN, 0}};
    if (::poll(entries, 2, int(oneKnock.count())) <= 0)
        return Knock::Silent;
    if (entries[1].revents)
        return Knock::Cancelled;
    int error = 0;
    socklen_t size = sizeof error;
    ::getsockopt(socket.get(), SOL_SOCKET, SO_ERROR, &error, &size);
    if (error == 0 || error == ECONNREFUSED)
        return Knock::Answered;
    // No neighbour of that address yet: answered by our own kernel, before its time.
    return pause(cancelFd);
}

} // namespace

bool answers(const QString &ip, int port, milliseconds limit, Call &call)
{
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(uint16_t(port));
    if (::inet_pton(AF_INET, ip.toLatin1().constData(), &address.sin_addr) != 1)
        return false;
    const auto end = std::min(call.deadline(), Call::Clock::now() + limit);
    while (Call::Clock::now() < end) {
        const Knock knocked = knock(address, call.cancelFd());
        if (knocked != Knock::Silent)
            return knocked == Knock::Answered;
    }
    return false;
}

} // namespace ghost
