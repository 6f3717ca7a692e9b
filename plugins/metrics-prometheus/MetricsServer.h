// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: GPL-3.0-only
#pragma once

#include <vector>

#include <QtCore/QPointer>
#include <QtCore/QSocketNotifier>
#include <QtHttpServer/QAbstractHttpServer>

#include "Scraper.h"
#include "http/HttpListener.h"

namespace ghost::metrics {

/// The page /metrics. Lives on the thread of the main loop and never waits; who asks while a page is being made gets
/// the next one, with all the others.
///
/// Not a QHttpServer: in Qt 6.4 that one answers a future through a bare pointer to the socket, which may be gone when
/// the page is there.
class MetricsServer : private QAbstractHttpServer
{
public:
    MetricsServer(Agent &agent, std::unique_ptr<HttpListener> listener);

private:
    /// A client that is owed a page. The request lives as long as its socket.
    struct Client
    {
        QPointer<QTcpSocket> socket;
        const QHttpServerRequest *request = nullptr;
    };

    bool handleRequest(const QHttpServerRequest &request, QTcpSocket *socket) override;
    void missingHandler(const QHttpServerRequest &request, QTcpSocket *socket) override;
    bool isOwed(const QTcpSocket *socket) const;
    void begin();
    void answer();

    std::unique_ptr<HttpListener> m_listener;
    Scraper m_scraper;
    QSocketNotifier m_done;
    std::vector<Client> m_underWay; ///< who gets the page that is being made
    std::vector<Client> m_waiting;  ///< who gets the one after it
};

} // namespace ghost::metrics
