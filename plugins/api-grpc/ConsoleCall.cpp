// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "ConsoleCall.h"

#include "ByteStream.h"
#include "ghost/agent/v1/agent.pb.h"
#include "ghost/proto/CborCodec.h"

namespace ghost::api {

namespace {

namespace proto = agent::v1;
using ConsoleReactor = grpc::ServerBidiReactor<proto::OpenConsoleRequest, proto::OpenConsoleResponse>;

class ConsoleCall final : public LiveReactor<ConsoleReactor>, public StreamSink, public ByteStream::Listener
{
public:
    ConsoleCall(std::shared_ptr<ServiceParts> parts, grpc::CallbackServerContext &context)
        : LiveReactor(std::move(parts))
        , m_context(context)
    {}

    void begin()
    {
        whileOpen([this] { StartRead(&m_request); });
    }

private:
    void OnReadDone(bool ok) override
    {
        if (!ok) {
            whileOpen([this] {
                if (m_console)
                    m_console->endWriting();
                else
                    finishLocked(toStatus(badRequest(QStringLiteral("no VM was named"))));
            });
        } else if (m_isNamed) {
            whileOpen([this] {
                if (m_request.part_case() == proto::OpenConsoleRequest::kInput)
                    m_console->write(std::move(*m_request.mutable_input()));
                else
                    finishLocked(toStatus(badRequest(QStringLiteral("only input may follow the first message"))));
            });
        } else {
            open();
        }
    }

    static Error badRequest(const QString &message)
    {
        return Error(Code::InvalidArgument, message).withField(QStringLiteral("vm"));
    }

    void open()
    {
        const auto principal = parts().principal(m_context);
        if (!principal)
            return finish(toStatus(principal.error()));
        if (m_request.part_case() != proto::OpenConsoleRequest::kVm)
            return finish(toStatus(badRequest(QStringLiteral("the first message must name the VM"))));
        m_isNamed = true;
        parts().agent.openStream(Query(QStringLiteral("OpenConsole"), toCbor(m_request)), *principal,
                                 self<ConsoleCall>());
    }

    void opened(Result<UniqueFd> stream, OperationId) override
    {
        if (!stream)
            return finish(toStatus(stream.error()));
        whileOpen([&] {
            m_console = ByteStream::open(parts().pump, std::move(*stream), self<ConsoleCall>());
            StartSendInitialMetadata();
            m_console->read();
            StartRead(&m_request);
        });
    }

    // A console that reads no more ends by its output.
    void written(bool ok) override
    {
        if (ok)
            whileOpen([this] { StartRead(&m_request); });
    }

    void received(std::string bytes) override
    {
        whileOpen([&] {
            if (bytes.empty())
                return finishLocked(grpc::Status::OK);
            m_response.set_output(std::move(bytes));
            StartWrite(&m_response);
        });
    }

    void OnWriteDone(bool ok) override
    {
        whileOpen([&] {
            if (ok)
                m_console->read();
        });
    }

    void released() override
    {
        if (m_console)
            m_console->close();
    }

    grpc::CallbackServerContext &m_context;
    proto::OpenConsoleRequest m_request;   // belongs to gRPC between StartRead and OnReadDone
    proto::OpenConsoleResponse m_response; // belongs to gRPC between StartWrite and OnWriteDone
    bool m_isNamed = false;
    std::shared_ptr<ByteStream> m_console; // set once, while open
};

} // namespace

ConsoleReactor *openConsole(const std::shared_ptr<ServiceParts> &parts, grpc::CallbackServerContext &context)
{
    return ConsoleCall::launch<ConsoleCall>(parts, context);
}

} // namespace ghost::api
