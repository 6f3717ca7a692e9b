// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include <QtCore/QPluginLoader>
#include <QtNetwork/QTcpServer>
#include <QtNetwork/QTcpSocket>
#include <QtTest/QTest>

#include "endpoints/ListenAddress.h"
#include "files/DurableFiles.h"
#include "ghost/Frontend.h"
#include "http/QuietAgent.h"
#include "support/FakePluginContext.h"

namespace ghost {

/// What came back for one request, when the server had closed the connection.
struct HttpAnswer
{
    int status = 0; ///< 0: nothing that is HTTP
    QByteArray headers;
    QByteArray body;
};

/// A built HTTP plugin, as the agent loads it, on a free port.
class HttpPlugin
{
public:
    /// @p endpoint: its name in endpoints.json.
    HttpPlugin(const QString &plugin, const QString &endpoint)
        : m_endpoint(endpoint)
    {
        QPluginLoader loader(qEnvironmentVariable("GHOST_PLUGIN_DIR") + QLatin1Char('/') + plugin +
                             QStringLiteral(".so"));
        QObject *root = loader.instance();
        if (!root)
            qFatal("%s", qPrintable(loader.errorString()));
        m_plugin = qobject_cast<Plugin *>(root);
        m_frontend = qobject_cast<Frontend *>(root);
        if (!m_plugin || !m_frontend)
            qFatal("the plugin lacks an interface");
    }
    ~HttpPlugin()
    {
        close();
        Call call({}, Call::Clock::now() + std::chrono::seconds(10));
        static_cast<void>(m_plugin->deactivate(call));
    }

    Result<void> activate(const QString &listen = QStringLiteral("127.0.0.1:0"))
    {
        Call call({}, Call::Clock::now() + std::chrono::seconds(10));
        return m_plugin->activate(context, {{QStringLiteral("listen"), listen}}, call);
    }
    Result<void> open()
    {
        const auto opened = m_frontend->open(agent);
        m_isOpen = opened.has_value();
        return opened;
    }
    void close()
    {
        if (std::exchange(m_isOpen, false))
            m_frontend->close();
    }
    void start()
    {
        if (!activate() || !open())
            qFatal("the plugin does not open");
    }

    QString address() const
    {
        const auto endpoints = readJson(context.folder(Folder::Run) + QStringLiteral("/endpoints.json"));
        return endpoints ? endpoints->value(m_endpoint).toString() : QString();
    }
    /// A connection that has sent @p text.
    std::unique_ptr<QTcpSocket> send(const QByteArray &text) const
    {
        auto socket = std::make_unique<QTcpSocket>();
        const auto place = ListenAddress::parse(address());
        socket->connectToHost(place->host, place->port);
        socket->write(text);
        return socket;
    }
    /// The answer that comes on @p socket; status 0 if it is not all there in time.
    static HttpAnswer receive(QTcpSocket &socket, int limitMs = 10'000)
    {
        HttpAnswer answer;
        if (!QTest::qWaitFor([&] { return socket.state() == QAbstractSocket::UnconnectedState; }, limitMs))
            return answer;
        const QByteArray all = socket.isOpen() ? socket.readAll() : QByteArray();
        const qsizetype end = all.indexOf("\r\n\r\n");
        answer.status = all.mid(9, 3).toInt();
        answer.headers = all.left(end);
        answer.body = end < 0 ? QByteArray() : all.mid(end + 4);
        return answer;
    }
    HttpAnswer get(const QByteArray &path, const QByteArray &method = "GET") const
    {
        return receive(*send(method + ' ' + path + " HTTP/1.1\r\nHost: localhost\r\n\r\n"));
    }

    FakePluginContext context;
    QuietAgent agent;

private:
    const QString m_endpoint;
    Plugin *m_plugin = nullptr;
    Frontend *m_frontend = nullptr;
    bool m_isOpen = false;
};

} // namespace ghost
