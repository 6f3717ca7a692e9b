// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "ImportCall.h"

#include "ByteStream.h"
#include "OperationCall.h"
#include "ghost/agent/v1/agent.pb.h"
#include "ghost/proto/CborCodec.h"

namespace ghost::api {

namespace {

namespace proto = agent::v1;
using ImportReactor = grpc::ServerReadReactor<proto::ImportImageRequest>;

class ImportCall final : public OperationReactor<ImportReactor>, public StreamSink, public ByteStream::Listener
{
public:
    ImportCall(std::shared_ptr<ServiceParts> parts, grpc::CallbackServerContext &context,
               proto::ImportImageResponse &response)
        : OperationReactor(std::move(parts))
        , m_context(context)
        , m_response(response)
    {}

    void begin()
    {
        whileOpen([this] { StartRead(&m_request); });
    }

private:
    void OnReadDone(bool ok) override
    {
        if (m_isStarted)
            return whileOpen([&] { passOn(ok); });
        if (!ok || m_request.part_case() != proto::ImportImageRequest::kStart)
            return finish(toStatus(badRequest(QStringLiteral("the first message must be `start`"))));
        start();
    }

    /// For use within whileOpen().
    void passOn(bool isChunk)
    {
        if (!isChunk)
            m_upload->endWriting();
        else if (m_request.part_case() == proto::ImportImageRequest::kChunk)
            m_upload->write(std::move(*m_request.mutable_chunk()));
        else
            finishLocked(toStatus(badRequest(QStringLiteral("only chunks may follow `start`"))));
    }

    static Error badRequest(const QString &message)
    {
        return Error(Code::InvalidArgument, message).withField(QStringLiteral("start"));
    }

    void start()
    {
        const auto principal = parts().principal(m_context);
        if (!principal)
            return finish(toStatus(principal.error()));
        m_isStarted = true;
        m_principal = *principal;
        parts().agent.openStream(Query(QStringLiteral("ImportImage"), toCbor(m_request.start())), *principal,
                                 self<ImportCall>());
    }

    void opened(Result<UniqueFd> stream, OperationId operation) override
    {
        if (!stream)
            return finish(toStatus(stream.error()));
        // Not here: a sink only posts, and subscribing is more than that.
        const auto upload = std::make_shared<UniqueFd>(std::move(*stream)); // std::function wants to be copied
        parts().pump.post(
            [self = self<ImportCall>(), upload, operation] { self->pass(std::move(*upload), operation); });
    }

    void pass(UniqueFd upload, OperationId operation)
    {
        whileOpen([&] {
            m_context.AddInitialMetadata(operationMetadata, operation.toString().toStdString());
            m_context.AddTrailingMetadata(operationMetadata, operation.toString().toStdString());
            StartSendInitialMetadata();
            if (!upload) // a repeated request: nothing is to be written a second time
                return;
            m_upload = ByteStream::open(parts().pump, std::move(upload), self<ImportCall>());
            StartRead(&m_request);
        });
        followOperation(operation, m_principal);
    }

    // Not ok: the operation has ended or soon will, and its end is the answer.
    void written(bool ok) override
    {
        if (ok)
            whileOpen([this] { StartRead(&m_request); });
    }
    void received(std::string) override {}

    void told(const Operation &operation) override
    {
        if (operation.isEnded())
            whileOpen([&] { finishLocked(outcome(operation, m_response)); });
    }

    void released() override
    {
        if (m_upload)
            m_upload->close();
    }

    grpc::CallbackServerContext &m_context;
    proto::ImportImageResponse &m_response;
    proto::ImportImageRequest m_request; // belongs to gRPC between StartRead and OnReadDone
    bool m_isStarted = false;
    Principal m_principal;                // set before the stream is asked for
    std::shared_ptr<ByteStream> m_upload; // set once, while open
};

} // namespace

ImportReactor *importImage(const std::shared_ptr<ServiceParts> &parts, grpc::CallbackServerContext &context,
                           proto::ImportImageResponse &response)
{
    return ImportCall::launch<ImportCall>(parts, context, response);
}

} // namespace ghost::api
