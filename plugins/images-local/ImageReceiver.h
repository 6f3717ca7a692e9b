// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>

#include "ghost/Call.h"

namespace ghost {

/// Takes a stream of a declared length into a file: not a byte more, not a byte less. A sender that stalls is waited
/// for until the call's deadline.
class ImageReceiver
{
public:
    /// @p input is a socket, pipe or file; it is not closed.
    ImageReceiver(int input, qint64 sizeBytes);

    /// Fewer or more bytes than declared: InvalidArgument. No room: ResourceExhausted. The caller removes the file
    /// then.
    Result<void> receive(int output, Call &call) const;

private:
    /// More: bytes came; End: the stream is over; Silence: neither within the limit.
    enum class Input : int { Unspecified = 0, More, End, Silence };
    Result<Input> awaitInput(Call &call, std::chrono::milliseconds limit) const;
    Result<void> requireEnd(Call &call) const;

    int m_input;
    qint64 m_sizeBytes;
};

} // namespace ghost
