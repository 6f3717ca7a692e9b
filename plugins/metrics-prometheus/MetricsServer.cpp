// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: GPL-3.0-only
#include "MetricsServer.h"

#include <algorithm>

#include <QtHttpServer/QHttpServerRequest>
#include <QtHttpServer/QHttpServerResponse>
#include <QtNetwork/QTcpSocket>

namespace ghost::metrics {

namespace {

using Method = QHttpServerRequest::Method;
using HttpStatus = QHttpServerResponse::StatusCode;

const QString metricsPath = QStringLiteral("/metrics");

// The type is always given: without it Qt loads its whole table of types to guess one.
QHttpServerResponse page(const QByteArray &type, const QByteArray &content, HttpStatus status = HttpStatus::Ok)
{
    QHttpServerResponse response(type, content, status);
    response.addHeaders({{"Connection", "close"}, {"Cache-Control", "no-store"}});
    return response;
}

QHttpServerResponse refusal(const QHttpServerRequest &request)
{
    const QByteArray text = "text/plain; charset=utf-8";
    if (request.url().path() != metricsPath)
        return page(text, "not here; there is: /metrics\n", HttpStatus::NotFound);
    QHttpServerResponse response = page(text, "only GET and HEAD\n", HttpStatus::MethodNotAllowed);
    response.addHeader("Allow", "GET, HEAD");
    return response;
}

} // namespace

MetricsServer::MetricsServer(Agent &agent, std::unique_ptr<HttpListener> listener)
    : m_listener(std::move(listener))
    , m_scraper(agent)
    , m_done(m_scraper.done().fd(), QSocketNotifier::Read)
{
    connect(&m_done, &QSocketNotifier::activated, this, [this] { answer(); });
    bind(m_listener->server());
}

bool MetricsServer::handleRequest(const QHttpServerRequest &request, QTcpSocket *socket)
{
    const bool isHead = request.method() == Method::Head;
    if (isHead && !isOwed(socket))
        static_cast<BoundedSocket *>(socket)->leaveOutBody();
    if (request.url().path() != metricsPath || (!isHead && request.method() != Method::Get))
        return false;
    if (isOwed(socket)) // asked twice: it gets one page
        return true;
    m_waiting.push_back({socket, &request});
    if (m_underWay.empty())
        begin();
    return true;
}

void MetricsServer::missingHandler(const QHttpServerRequest &request, QTcpSocket *socket)
{
    refusal(request).write(makeResponder(request, socket));
}

bool MetricsServer::isOwed(const QTcpSocket *socket) const
{
    const auto isIt = [&](const Client &client) { return client.socket == socket; };
    return std::any_of(m_underWay.begin(), m_underWay.end(), isIt) ||
           std::any_of(m_waiting.begin(), m_waiting.end(), isIt);
}

// Who asks from now on waits for the next page: this one may show what is not so any more.
void MetricsServer::begin()
{
    m_underWay = std::exchange(m_waiting, {});
    m_scraper.request(m_listener->server()->refused());
}

void MetricsServer::answer()
{
    m_scraper.done().clear();
    const auto content = m_scraper.take();
    if (!content)
        return;
    const auto answered = std::exchange(m_underWay, {});
    if (!m_waiting.empty())
        begin();
    const QHttpServerResponse response = page("text/plain; version=0.0.4; charset=utf-8", *content);
    for (const Client &client : answered)
        if (client.socket && client.socket->state() == QAbstractSocket::ConnectedState)
            response.write(makeResponder(*client.request, client.socket));
}

} // namespace ghost::metrics
