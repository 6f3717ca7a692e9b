// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "CloudConnection.h"

#include <QtCore/QDateTime>
#include <grpcpp/create_channel.h>

#include "ghost/proto/Status.h"

namespace ghost::uplink {

namespace {

constexpr int largestAnswer = 1 << 20;

std::shared_ptr<grpc::ChannelCredentials> credentials(const CertificateSet *set)
{
    if (!set)
        return grpc::InsecureChannelCredentials();
    return grpc::SslCredentials({set->authorities.toStdString(), set->key.toStdString(), set->chain.toStdString()});
}

std::shared_ptr<grpc::Channel> channelTo(const Endpoint &endpoint, const CertificateSet *set)
{
    grpc::ChannelArguments arguments;
    arguments.SetMaxReceiveMessageSize(largestAnswer);
    arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1); // a new channel is a new connection
    arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);         // what the environment names is not on the way to it
    arguments.SetInt(GRPC_ARG_HTTP2_BDP_PROBE, 0);           // else its buffers grow to megabytes
    arguments.SetInt(GRPC_ARG_ENABLE_RETRIES, 0);
    arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, 200);
    arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, 5'000);
    return grpc::CreateCustomChannel(endpoint.toString().toStdString(), credentials(set), arguments);
}

} // namespace

CloudConnection::CloudConnection(const Endpoint &endpoint, std::shared_ptr<const CertificateSet> certificates)
    : m_endpoint(endpoint)
    , m_certificates(std::move(certificates))
    , m_stub(cloud::v1::CloudService::NewStub(channelTo(m_endpoint, m_certificates.get())))
{}

Error CloudConnection::errorOf(const grpc::Status &status) const
{
    Error error = fromStatus(status);
    if (error.code() != Code::Unavailable || !m_certificates)
        return error;
    if (m_certificates->validUntil <= std::chrono::system_clock::now()) {
        const auto end = std::chrono::system_clock::to_time_t(m_certificates->validUntil);
        return Error(Code::Unauthenticated,
                     QStringLiteral("this agent's certificate has ended on %1: %2")
                         .arg(QDateTime::fromSecsSinceEpoch(end).toString(Qt::ISODate), error.message()));
    }
    if (m_endpoint.answersTcp())
        return Error(Code::Unauthenticated, QStringLiteral("no TLS with the cloud: %1").arg(error.message()))
            .withHint(QStringLiteral("is its certificate from tls.ca, and in time; does it trust tls.cert?"));
    return error;
}

} // namespace ghost::uplink
