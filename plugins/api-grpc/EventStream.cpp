// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "EventStream.h"

#include <deque>

#include <grpcpp/alarm.h>

#include "OperationReactor.h"
#include "ghost/agent/v1/agent.pb.h"
#include "ghost/proto/CborCodec.h"

namespace ghost::api {

namespace {

namespace proto = agent::v1;

/// An event takes 1 to 2 KB, so a client that never reads holds half a megabyte.
constexpr size_t queueLimit = 256;

using Clock = std::chrono::steady_clock;

/// Writes one message at a time and queues the others as CBOR. A client that does not take the one for too long is cut
/// off: a proper end of the call would wait behind it.
template <class Response>
class WatchCall : public LiveReactor<grpc::ServerWriteReactor<Response>>
{
protected:
    using Base = LiveReactor<grpc::ServerWriteReactor<Response>>;

    WatchCall(std::shared_ptr<ServiceParts> parts, grpc::CallbackServerContext &context)
        : Base(std::move(parts))
        , m_context(context)
    {}

    /// Called when what feeds the stream is set up: initial metadata tells the client that it misses nothing any more.
    /// Until then messages wait.
    void opened()
    {
        this->whileOpen([this] { this->StartSendInitialMetadata(); });
    }

    /// For use within whileOpen(). @p message is a Response; after the last one the call ends.
    void push(const QCborMap &message, bool isLast = false)
    {
        if (m_closing)
            return;
        m_queue.push_back(message);
        m_closing = isLast;
        if (!m_writing)
            writeNext();
    }
    /// True also while a replacement waits: who has not read that needs nothing newer.
    bool isFull() const { return m_queue.size() >= queueLimit || m_isReplaced; }
    /// Puts @p message in the place of all that waits; only when isFull().
    void replaceAll(const QCborMap &message, bool isLast = false)
    {
        m_queue.assign(1, message);
        m_isReplaced = true;
        m_closing = isLast;
    }

private:
    void writeNext()
    {
        m_response.Clear();
        const auto filled = fromCbor(m_queue.front(), m_response);
        m_queue.pop_front();
        m_isReplaced = false;
        if (!filled)
            return this->finishLocked(toStatus(filled.error()));
        m_writing = true;
        m_writingSince = Clock::now();
        watchForStall();
        this->StartWrite(&m_response);
    }

    /// One alarm at a time, not one a message. A new one each: the last one may be calling just now.
    void watchForStall()
    {
        if (m_alarm)
            return;
        m_alarm = std::make_unique<grpc::Alarm>();
        const auto left = m_writingSince + this->parts().stallLimit - Clock::now();
        m_alarm->Set(std::chrono::system_clock::now() + left, [weak = this->weak_from_this()](bool) {
            if (const auto self = weak.lock())
                static_cast<WatchCall &>(*self).checkForStall();
        });
    }

    void checkForStall()
    {
        this->whileOpen([this] {
            m_alarm.reset();
            if (m_writing && Clock::now() - m_writingSince >= this->parts().stallLimit)
                m_context.TryCancel();
            else if (m_writing)
                watchForStall();
        });
    }

    void OnSendInitialMetadataDone(bool ok) override { OnWriteDone(ok); }

    void OnWriteDone(bool ok) override
    {
        this->whileOpen([&] {
            m_writing = false;
            if (!ok)
                this->finishLocked(toStatus(Error(Code::Cancelled, QStringLiteral("the client has gone"))));
            else if (!m_queue.empty())
                writeNext();
            else if (m_closing)
                this->finishLocked(grpc::Status::OK);
        });
    }

    grpc::CallbackServerContext &m_context;
    std::unique_ptr<grpc::Alarm> m_alarm; // set while it is armed
    Clock::time_point m_writingSince;
    std::deque<QCborMap> m_queue;
    Response m_response;   // belongs to gRPC while m_writing
    bool m_writing = true; // the initial metadata at first
    bool m_isReplaced = false;
    bool m_closing = false;
};

class WatchEventsCall final : public WatchCall<proto::WatchEventsResponse>
{
public:
    WatchEventsCall(std::shared_ptr<ServiceParts> parts, grpc::CallbackServerContext &context, EventFilter filter)
        : WatchCall(std::move(parts), context)
        , m_filter(std::move(filter))
    {}
    void begin()
    {
        follow(m_filter);
        opened();
    }

private:
    static QCborMap message(const Event &event) { return {{QStringLiteral("event"), event.toCbor()}}; }

    void changed(const Event &event) override
    {
        whileOpen([&] {
            if (!isFull())
                return push(message(event));
            // After the mark the client reads the state, and this event is in that.
            Event lost;
            lost.setKind(QStringLiteral("resync"));
            lost.setSequence(event.sequence());
            lost.setTimeMs(event.timeMs());
            replaceAll(message(lost));
        });
    }

    const EventFilter m_filter;
};

class WatchOperationCall final : public WatchCall<proto::WatchOperationResponse>, public ReplySink
{
public:
    WatchOperationCall(std::shared_ptr<ServiceParts> parts, grpc::CallbackServerContext &context, Principal principal,
                       OperationId operation)
        : WatchCall(std::move(parts), context)
        , m_principal(std::move(principal))
        , m_operation(operation)
    {}

    void begin()
    {
        if (parts().agent.state()->operation(m_operation))
            follow({{QStringLiteral("operation.changed")}, m_operation.toString(), 0});
        else
            askArchive();
        opened();
    }

    void answered(const Result<QCborMap> &reply) override
    {
        if (reply)
            whileOpen([&] { push(*reply, true); }); // a proto::GetOperationResponse has the same field
        else
            finish(toStatus(reply.error()));
    }

private:
    /// It ended some time ago, or was never known.
    void askArchive()
    {
        const QCborMap arguments{{QStringLiteral("id"), m_operation.toString()}};
        parts().agent.query(Query(QStringLiteral("GetOperation"), arguments), m_principal, self<WatchOperationCall>());
    }

    void changed(const Event &event) override
    {
        const auto operation = operationIn(event, m_operation, parts().agent);
        if (!operation) // not here: a sink only posts
            return parts().pump.post([self = self<WatchOperationCall>()] { self->askArchive(); });
        whileOpen([&] {
            const QCborMap message{{QStringLiteral("operation"), operation->toCbor()}};
            if (isFull())
                replaceAll(message, operation->isEnded()); // the newest value says it all
            else
                push(message, operation->isEnded());
        });
    }

    const Principal m_principal;
    const OperationId m_operation;
};

/// Ends a stream that cannot begin.
class RefusedWatch final : public grpc::ServerWriteReactor<proto::WatchOperationResponse>
{
public:
    explicit RefusedWatch(const Error &error) { Finish(toStatus(error)); }
    void OnDone() override { delete this; }
};

} // namespace

grpc::ServerWriteReactor<proto::WatchEventsResponse> *watchEvents(const std::shared_ptr<ServiceParts> &parts,
                                                                  grpc::CallbackServerContext &context,
                                                                  const proto::WatchEventsRequest &request)
{
    EventFilter filter;
    for (const std::string &kind : request.kinds())
        filter.kinds.append(QString::fromStdString(kind));
    filter.subject = QString::fromStdString(request.subject());
    filter.since = request.since_sequence();
    return WatchEventsCall::launch<WatchEventsCall>(parts, context, std::move(filter));
}

grpc::ServerWriteReactor<proto::WatchOperationResponse> *watchOperation(const std::shared_ptr<ServiceParts> &parts,
                                                                        grpc::CallbackServerContext &context,
                                                                        const proto::WatchOperationRequest &request)
{
    const auto principal = parts->principal(context);
    if (!principal)
        return new RefusedWatch(principal.error());
    const auto operation = OperationId::fromString(QString::fromStdString(request.id()));
    if (operation.isNull())
        return new RefusedWatch(Error(Code::InvalidArgument, QStringLiteral("id must be an operation's id"))
                                    .withField(QStringLiteral("id")));
    return WatchOperationCall::launch<WatchOperationCall>(parts, context, *principal, operation);
}

} // namespace ghost::api
