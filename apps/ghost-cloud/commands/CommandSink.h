// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>

#include <ghost/cloud/v1/cloud.pb.h>

#include "ghost/Result.h"

namespace ghost::cloud {

/// A command on its way to its agent. How long it is valid is counted when it really goes.
struct Delivery
{
    v1::Command command;
    qint64 validUntil = 0; ///< on the steady clock

    v1::Command at(qint64 steadyNow) const
    {
        v1::Command counted = command;
        counted.set_valid_milliseconds(std::max<qint64>(0, validUntil - steadyNow));
        return counted;
    }
};

/// An agent's open stream for commands. Thread-safe; does nothing when it has ended.
class CommandSink
{
public:
    virtual ~CommandSink() = default;
    virtual void push(const Delivery &delivery) = 0;
    virtual void close(const Error &reason) = 0;
    virtual bool isOpen() const = 0;
};

} // namespace ghost::cloud
