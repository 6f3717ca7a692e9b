// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include <QtCore/QFile>
#include <QtTest/QTest>

#include "files/DurableFiles.h"
#include "http/HttpListener.h"
#include "support/FakePluginContext.h"

using namespace ghost;

class HttpListenerTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void saysWhereItListensForAsLongAsItDoes()
    {
        FakePluginContext context;
        const QString file = context.folder(Folder::Run) + QStringLiteral("/endpoints.json");
        auto listener = HttpListener::open({QStringLiteral("127.0.0.1"), 0}, QStringLiteral("health"), context);
        QVERIFY(listener);
        const QString address = readJson(file)->value(QStringLiteral("health")).toString();
        QCOMPARE(address, (*listener)->server()->address().toString());
        QVERIFY(!address.endsWith(QStringLiteral(":0")));
        QVERIFY(context.logText().contains(QStringLiteral("listening on ") + address));

        listener->reset();
        QVERIFY(!QFile::exists(file));
        QVERIFY(BoundedTcpServer({}).listenOn(*ListenAddress::parse(address)));
    }

    void leavesTheEntryOfWhoHasThePort()
    {
        FakePluginContext context;
        const auto first = HttpListener::open({QStringLiteral("127.0.0.1"), 0}, QStringLiteral("health"), context);
        QVERIFY(first);
        const auto second = HttpListener::open((*first)->server()->address(), QStringLiteral("health"), context);
        QVERIFY(!second);
        QCOMPARE(second.error().code(), Code::AlreadyExists);
        QVERIFY(readJson(context.folder(Folder::Run) + QStringLiteral("/endpoints.json")));
    }

    void warnsWhenTheNetworkCanRead()
    {
        FakePluginContext context;
        const auto listener = HttpListener::open({QStringLiteral("0.0.0.0"), 0}, QStringLiteral("health"), context);
        QVERIFY(listener);
        QVERIFY(context.logText().contains(QStringLiteral("not only for this machine")));
    }

    void servesWithoutARunFolder()
    {
        FakePluginContext context;
        context.setFolder(Folder::Run, QStringLiteral("/nonexistent"));
        const auto listener = HttpListener::open({QStringLiteral("127.0.0.1"), 0}, QStringLiteral("health"), context);
        QVERIFY(listener);
        QVERIFY(context.logText().contains(QStringLiteral("endpoints.json")));
    }
};

QTEST_GUILESS_MAIN(HttpListenerTest)
#include "HttpListenerTest.moc"
