// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "Waiting.h"

#include <algorithm>
#include <climits>

#include <poll.h>

namespace ghost {

using std::chrono::milliseconds;

Call::Wake waitReadable(int fd, Call &call, milliseconds limit)
{
    const auto end = Call::Clock::now() + limit;
    for (;;) {
        const milliseconds left = std::min(until(end), call.remaining());
        pollfd descriptors[] = {{fd, POLLIN, 0}, {call.cancelFd(), POLLIN, 0}};
        const int ready = ::poll(descriptors, 2, static_cast<int>(std::min<qint64>(left.count(), INT_MAX)));
        if (ready > 0 && descriptors[1].revents)
            return Call::Wake::Cancelled;
        if (ready > 0)
            return Call::Wake::Raised;
        if (call.remaining().count() == 0)
            return Call::Wake::DeadlineExceeded;
        if (until(end).count() == 0)
            return Call::Wake::TimedOut;
    }
}

milliseconds until(Call::Clock::time_point end)
{
    return std::max(milliseconds(0), std::chrono::ceil<milliseconds>(end - Call::Clock::now()));
}

} // namespace ghost
