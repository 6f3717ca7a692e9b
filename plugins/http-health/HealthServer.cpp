// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: GPL-3.0-only
#include "HealthServer.h"

#include <QtCore/QJsonDocument>

#include "HealthReport.h"

namespace ghost::health {

namespace {

using Method = QHttpServerRequest::Method;
using HttpStatus = QHttpServerResponse::StatusCode;

const QStringList pages = {QStringLiteral("/livez"), QStringLiteral("/readyz"), QStringLiteral("/health")};

// The type is always given: without it Qt loads its whole table of types to guess one.
QHttpServerResponse page(const QByteArray &type, const QByteArray &content, HttpStatus status = HttpStatus::Ok)
{
    QHttpServerResponse response(type, content, status);
    response.addHeaders({{"Connection", "close"}, {"Cache-Control", "no-store"}});
    return response;
}

QHttpServerResponse text(const QByteArray &content, HttpStatus status = HttpStatus::Ok)
{
    return page("text/plain; charset=utf-8", content, status);
}

QHttpServerResponse refusal(const QHttpServerRequest &request)
{
    if (!pages.contains(request.url().path()))
        return text("not here; there are: " + pages.join(QLatin1Char(' ')).toLatin1() + '\n', HttpStatus::NotFound);
    QHttpServerResponse response = text("only GET and HEAD\n", HttpStatus::MethodNotAllowed);
    response.addHeader("Allow", "GET, HEAD");
    return response;
}

void answer(const QHttpServerResponse &response, const QHttpServerRequest &request, QHttpServerResponder &&responder)
{
    if (request.method() == Method::Head)
        static_cast<BoundedSocket *>(responder.socket())->leaveOutBody();
    response.write(std::move(responder));
}

} // namespace

HealthServer::HealthServer(const Agent &agent, std::unique_ptr<HttpListener> listener)
    : m_agent(agent)
    , m_listener(std::move(listener))
{
    addPages();
    m_server.bind(m_listener->server());
}

void HealthServer::addPages()
{
    addPage(pages[0], [] { return text("ok\n"); });
    addPage(pages[1], [this] {
        return hasReadyHypervisor(*m_agent.state()) ? text("ready\n")
                                                    : text("no hypervisor is ready\n", HttpStatus::ServiceUnavailable);
    });
    addPage(pages[2],
            [this] { return page("application/json", QJsonDocument(healthReport(*m_agent.state())).toJson()); });
    m_server.setMissingHandler([](const QHttpServerRequest &request, QHttpServerResponder &&responder) {
        answer(refusal(request), request, std::move(responder));
    });
}

void HealthServer::addPage(const QString &path, const std::function<QHttpServerResponse()> &make)
{
    m_server.route(path, Method::Get | Method::Head,
                   [make](const QHttpServerRequest &request, QHttpServerResponder &&responder) {
                       answer(make(), request, std::move(responder));
                   });
}

} // namespace ghost::health
