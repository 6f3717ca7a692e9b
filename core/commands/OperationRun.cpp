// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "commands/OperationRun.h"

#include "log/Log.h"
#include "state/StateStore.h"

namespace ghost {

namespace {

// The one place where an exception of a driver or a handler ends.
Result<QCborMap> runContained(CommandHandler &handler, Work &work)
{
    try {
        return handler.run(work);
    } catch (const std::exception &exception) {
        return Error(Code::Internal, QStringLiteral("a plugin threw: %1").arg(QString::fromUtf8(exception.what())));
    } catch (...) {
        return Error(Code::Internal, QStringLiteral("a plugin threw something that is no exception"));
    }
}

// After these nobody knows whether the last step happened, or still will.
bool isOutcomeUnknown(Code code)
{
    return code == Code::Unavailable || code == Code::DeadlineExceeded;
}

} // namespace

OperationRun::OperationRun(const Services &services, CommandHandler &handler, const JournalEntry &entry,
                           Steps::Mode mode)
    : m_services(services)
    , m_handler(handler)
    , m_entry(entry)
    , m_mode(mode)
{}

OperationRun::Outcome OperationRun::forward(Call::Clock::time_point deadline,
                                            const std::shared_ptr<Cancellation> &cancellation,
                                            const std::function<void()> &undoing, const Steps::MoreTime &moreTime)
{
    Call call(m_entry.operation.id(), deadline, cancellation, this);
    Steps steps(m_services.store, m_services.log, call, Steps::Mode::Forward, m_entry.steps, moreTime);
    Work work{m_entry.command, m_entry.operation.vm(), call, steps, {}};
    Result<QCborMap> result = runContained(m_handler, work);
    // Done is what is on disk.
    if (result)
        if (const auto written = m_services.store.commit(); !written)
            result = written.error();
    if (!result) {
        undoing();
        // What an earlier run of the agent had done is not taken back by the undos of this one.
        const bool confirmed = steps.undoAll() && !steps.isRepetition() && !isOutcomeUnknown(result.error().code());
        result = taken(work, result.error(), confirmed);
    }
    return {result, work.notes};
}

OperationRun::Outcome OperationRun::undo()
{
    Call call(m_entry.operation.id(), Call::Clock::now() + std::chrono::minutes(2), {}, this);
    Steps steps(m_services.store, m_services.log, call, Steps::Mode::UndoOnly, m_entry.steps);
    Work work{m_entry.command, m_entry.operation.vm(), call, steps, {}};
    const bool collected = runContained(m_handler, work).has_value();
    const bool confirmed = steps.undoAll() && collected;
    const Error error(Code::Cancelled,
                      QStringLiteral("the agent stopped while it ran; what it had made is taken back"));
    return {taken(work, error, confirmed), {}};
}

// Cancelled promises that nothing is left; without every driver's word for it the answer is another.
Error OperationRun::taken(Work &work, const Error &error, bool confirmed)
{
    m_handler.undone(work, confirmed);
    if (confirmed || error.code() != Code::Cancelled)
        return error;
    return Error(Code::Unavailable, error.message())
        .withHint(QStringLiteral("a driver could not confirm that all is gone; the agent goes on until it is"));
}

void OperationRun::progress(int percent, const QString &)
{
    m_services.store.changeOperation(m_entry.operation.id(),
                                     [&](Operation &operation) { operation.setPercent(percent); });
}

void OperationRun::log(LogLevel level, const QString &message)
{
    m_services.log.write(level, m_entry.operation.command(), message, m_entry.operation.id(), m_entry.operation.vm());
}

} // namespace ghost
