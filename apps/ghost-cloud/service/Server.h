// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "Clock.h"
#include "agents/Intervals.h"
#include "service/ListenPlace.h"

namespace grpc {
class Server;
class Service;
} // namespace grpc

namespace ghost::cloud {

class Desk;

/// Files in PEM; all three or none.
struct TlsFiles
{
    QString authority; ///< who signed the certificates of agents and operators
    QString certificate;
    QString key;

    bool areGiven() const { return !authority.isEmpty(); }
};

struct ServerOptions
{
    ListenPlace listen;
    QString folder; ///< for `cloud.sqlite`; it is made if need be
    TlsFiles tls;
    Intervals intervals;
    Clock clock = Clock::system();
};

/// The whole Core: a database, two services, a port.
class Server
{
public:
    /// FailedPrecondition if the port is taken; PermissionDenied for plain text where strangers could listen.
    static Result<std::unique_ptr<Server>> start(const ServerOptions &options);
    /// Ends the streams and answers what was asked.
    ~Server();

    /// With the real port.
    const ListenPlace &place() const { return m_place; }

private:
    explicit Server(const ServerOptions &options);
    Result<void> listen(const ServerOptions &options);

    ListenPlace m_place;
    std::unique_ptr<Desk> m_desk;
    std::unique_ptr<grpc::Service> m_cloud;
    std::unique_ptr<grpc::Service> m_operator;
    std::unique_ptr<grpc::Server> m_server;
};

} // namespace ghost::cloud
