// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
//
// bare-server SOCKET AGENT_SOCKET VM: the least that a gRPC server can do. Asks the agent once for its VMs and for VM,
// and answers every call with those very bytes, under the options of api-grpc's server. Runs until its standard input
// ends.
#include <cstdio>

#include <grpcpp/resource_quota.h>
#include <grpcpp/server.h>
#include <grpcpp/server_builder.h>
#include <grpcpp/support/byte_buffer.h>
#include <grpcpp/support/slice.h>
#include <unistd.h>

#include "Client.h"

using namespace ghost::bench;

namespace {

using Context = grpc::CallbackServerContext;
using Bytes = grpc::ByteBuffer;
using ServiceBase = proto::AgentService::WithRawCallbackMethod_ListVMs<
    proto::AgentService::WithRawCallbackMethod_GetVMStatus<proto::AgentService::CallbackService>>;

Bytes bytesOf(const google::protobuf::MessageLite &message)
{
    const grpc::Slice slice(message.SerializeAsString());
    return Bytes(&slice, 1);
}

class BareService final : public ServiceBase
{
public:
    BareService(Bytes list, Bytes status)
        : m_list(std::move(list))
        , m_status(std::move(status))
    {}

    grpc::ServerUnaryReactor *ListVMs(Context *context, const Bytes *, Bytes *response) override
    {
        return answer(*context, m_list, *response);
    }
    grpc::ServerUnaryReactor *GetVMStatus(Context *context, const Bytes *, Bytes *response) override
    {
        return answer(*context, m_status, *response);
    }

private:
    static grpc::ServerUnaryReactor *answer(Context &context, const Bytes &bytes, Bytes &response)
    {
        response = bytes;
        auto *reactor = context.DefaultReactor();
        reactor->Finish(grpc::Status::OK);
        return reactor;
    }

    const Bytes m_list;
    const Bytes m_status;
};

} // namespace

int main(int argc, char **argv)
{
    if (argc != 4)
        return std::fputs("usage: bare-server SOCKET AGENT_SOCKET VM\n", stderr), 2;
    const auto agent = connect(argv[2]);
    BareService service(bytesOf(listVms(*agent)), bytesOf(vmStatus(*agent, argv[3])));

    grpc::ResourceQuota quota("bare-server");
    quota.Resize(64ULL * 1024 * 1024);
    quota.SetMaxThreads(4);
    grpc::ServerBuilder builder;
    builder.RegisterService(&service);
    builder.SetResourceQuota(quota);
    builder.SetMaxReceiveMessageSize(4 * 1024 * 1024);
    builder.AddChannelArgument(GRPC_ARG_MAX_CONCURRENT_STREAMS, 100);
    builder.AddListeningPort(std::string("unix:") + argv[1], grpc::InsecureServerCredentials());
    const auto server = builder.BuildAndStart();
    if (!server)
        return 1;
    std::puts("ready");
    std::fflush(stdout);
    char ignored = 0;
    while (::read(STDIN_FILENO, &ignored, 1) > 0) {
    }
    server->Shutdown(std::chrono::system_clock::now());
    return 0;
}
