// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "service/CommandStream.h"

namespace ghost::cloud {

grpc::ServerWriteReactor<v1::WatchCommandsResponse> *CommandStream::start(Desk &desk, const v1::AgentIdentity &identity)
{
    const std::shared_ptr<CommandStream> stream(new CommandStream(desk.clock()));
    stream->m_self = stream;
    const auto work = [stream, identity](CloudBook &book) -> Result<void> {
        const auto record = book.registration().holder(identity);
        if (!record)
            return record.error();
        book.dispatch().openStream(**record, stream);
        return {};
    };
    const auto done = [stream](const Result<void> &outcome) {
        if (!outcome)
            stream->close(outcome.error());
    };
    // The agent learns at once that its stream stands.
    stream->StartSendInitialMetadata();
    if (!desk.post(work, done))
        stream->close(tooBusy());
    return stream.get();
}

void CommandStream::push(const Delivery &delivery)
{
    const std::lock_guard lock(m_mutex);
    if (m_isClosed)
        return;
    m_waiting.push_back(delivery);
    if (!m_isWriting)
        writeNext();
}

void CommandStream::writeNext()
{
    *m_response.mutable_command() = m_waiting.front().at(m_clock.steady());
    m_waiting.pop_front();
    m_isWriting = true;
    StartWrite(&m_response);
}

void CommandStream::OnWriteDone(bool ok)
{
    const std::lock_guard lock(m_mutex);
    m_isWriting = false;
    if (!m_isClosed && ok && !m_waiting.empty())
        writeNext();
    // A write that failed is followed by OnCancel.
}

void CommandStream::close(const Error &reason)
{
    const std::lock_guard lock(m_mutex);
    if (std::exchange(m_isClosed, true))
        return;
    m_waiting.clear();
    Finish(toStatus(reason));
}

bool CommandStream::isOpen() const
{
    const std::lock_guard lock(m_mutex);
    return !m_isClosed;
}

} // namespace ghost::cloud
