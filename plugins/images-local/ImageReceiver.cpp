// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "ImageReceiver.h"

#include <algorithm>
#include <cerrno>
#include <climits>
#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <QtCore/QByteArray>

#include "files/DurableFiles.h"

namespace ghost {

namespace {

constexpr qsizetype stepBytes = 262144;
/// Written to disk this often, so that no fsync at the end takes minutes in which nobody can cancel.
constexpr qint64 syncEveryBytes = qint64(64) << 20;

Error writeError(int errorNumber)
{
    return fileError(QStringLiteral("cannot keep the image"), errorNumber);
}

Result<void> writeAll(int output, const char *data, qsizetype size)
{
    while (size > 0) {
        const ssize_t step = ::write(output, data, static_cast<size_t>(size));
        if (step < 0 && errno != EINTR)
            return writeError(errno);
        if (step > 0) {
            data += step;
            size -= step;
        }
    }
    return {};
}

} // namespace

ImageReceiver::ImageReceiver(int input, qint64 sizeBytes)
    : m_input(input)
    , m_sizeBytes(sizeBytes)
{}

Result<void> ImageReceiver::receive(int output, Call &call) const
{
    // Takes the space before the first byte comes, so that a full disk is found now and not after an hour of upload.
    if (::fallocate(output, FALLOC_FL_KEEP_SIZE, 0, m_sizeBytes) != 0 && errno != EOPNOTSUPP)
        return writeError(errno);
    QByteArray buffer(stepBytes, Qt::Uninitialized);
    qint64 received = 0;
    qint64 synced = 0;
    while (received < m_sizeBytes) {
        const Result<Input> input = awaitInput(call, call.remaining());
        if (!input)
            return input.error();
        const auto wanted = static_cast<size_t>(std::min<qint64>(buffer.size(), m_sizeBytes - received));
        const ssize_t got = ::read(m_input, buffer.data(), wanted);
        if (got < 0 && (errno == EINTR || errno == EAGAIN))
            continue;
        if (got <= 0)
            return Error(Code::InvalidArgument,
                         QStringLiteral("the stream ended after %1 of %2 bytes").arg(received).arg(m_sizeBytes))
                .withField(QStringLiteral("size_bytes"));
        if (auto written = writeAll(output, buffer.constData(), got); !written)
            return written;
        received += got;
        if (received - synced >= syncEveryBytes) {
            if (::fdatasync(output) != 0)
                return writeError(errno);
            synced = received;
        }
        call.progress(static_cast<int>(received * 100 / m_sizeBytes));
    }
    return requireEnd(call);
}

/// A sender that keeps its end open is not waited for long: the declared bytes are there.
Result<void> ImageReceiver::requireEnd(Call &call) const
{
    const Result<Input> input = awaitInput(call, std::min(call.remaining(), std::chrono::milliseconds(1000)));
    if (!input)
        return input.error();
    char extra = 0;
    if (*input == Input::More && ::read(m_input, &extra, 1) > 0)
        return Error(Code::InvalidArgument,
                     QStringLiteral("the stream is longer than the declared %1 bytes").arg(m_sizeBytes))
            .withField(QStringLiteral("size_bytes"));
    return {};
}

Result<ImageReceiver::Input> ImageReceiver::awaitInput(Call &call, std::chrono::milliseconds limit) const
{
    const auto end = Call::Clock::now() + limit;
    while (true) {
        if (auto wanted = call.check(); !wanted)
            return wanted.error();
        const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(end - Call::Clock::now()).count();
        pollfd fds[] = {{m_input, POLLIN, 0}, {call.cancelFd(), POLLIN, 0}};
        const int ready = ::poll(fds, std::size(fds), static_cast<int>(std::clamp<qint64>(left + 1, 0, INT_MAX)));
        if (ready < 0 && errno != EINTR)
            return fileError(QStringLiteral("cannot read the image's stream"), errno);
        if (ready > 0 && fds[0].revents != 0 && fds[1].revents == 0)
            return Input::More;
        if (ready == 0 && Call::Clock::now() >= end && call.check())
            return Input::Silence;
    }
}

} // namespace ghost
