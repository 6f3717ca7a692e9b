// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>

#include <grpcpp/server_context.h>
#include <grpcpp/support/server_callback.h>

#include "CloudBook.h"
#include "ghost/proto/Status.h"

namespace ghost::cloud {

/// The way from gRPC's threads to the ledger's and back.
class Desk
{
public:
    using Work = std::function<Result<void>(CloudBook &)>;

    static Result<std::unique_ptr<Desk>> open(const QString &file, const Clock &clock, Intervals intervals);

    /// A call that is answered when @p work is done and on the disk.
    grpc::ServerUnaryReactor *answer(grpc::CallbackServerContext &context, Work work);
    /// False: the Core is too busy, or stops; then @p done is not called.
    bool post(Work work, Ledger::Done done);
    const Clock &clock() const { return m_clock; }

private:
    explicit Desk(const Clock &clock)
        : m_clock(clock)
    {}

    const Clock m_clock;
    CloudBook *m_book = nullptr; ///< only the ledger's thread uses it
    Ledger m_ledger;             ///< last: the others are there while it works
};

/// What a call is told that could not be taken.
Error tooBusy();

} // namespace ghost::cloud
