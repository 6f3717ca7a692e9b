// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include <QtCore/QDir>
#include <QtCore/QProcess>
#include <QtCore/QTemporaryDir>
#include <QtTest/QTest>

namespace {

QString protos()
{
    return qEnvironmentVariable("GHOST_SOURCE_DIR") + QStringLiteral("/sdk/proto");
}

QString buf()
{
    return qEnvironmentVariable("GHOST_FOREIGN_DIR") + QStringLiteral("/node_modules/.bin/buf");
}

/// Empty: it is content.
QByteArray complaints(const QStringList &arguments)
{
    QProcess process;
    process.setProcessChannelMode(QProcess::MergedChannels);
    process.start(buf(), arguments);
    if (!process.waitForFinished(60'000))
        return "buf does not end";
    return process.exitCode() == 0 ? QByteArray()
                                   : process.readAll() + "(exit " + QByteArray::number(process.exitCode()) + ")";
}

} // namespace

/// The .proto files by the rules of buf: how they are written, and that programs made for the last release go on.
class ProtoRulesTest : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void initTestCase()
    {
        if (!QFile::exists(buf()))
            QSKIP("buf is not there: share/dev/check installs it with npm");
    }

    void areWellWritten()
    {
        const QByteArray told = complaints({QStringLiteral("lint"), protos()});
        QVERIFY2(told.isEmpty(), told.constData());
    }

    void breakNoOlderProgram()
    {
        const QByteArray told = complaints({QStringLiteral("breaking"), protos(), QStringLiteral("--against"),
                                            protos() + QStringLiteral("/baseline.binpb")});
        QVERIFY2(told.isEmpty(), told.constData());
    }

    void wouldShowABreak_data()
    {
        QTest::addColumn<QString>("path");
        QTest::addColumn<QByteArray>("field");
        QTest::newRow("agent") << "ghost/agent/v1/agent.proto" << QByteArray("string kind = 3;");
        QTest::newRow("cloud") << "ghost/cloud/v1/cloud.proto" << QByteArray("string vm_name = 3;");
        QTest::newRow("operator") << "ghost/cloud/v1/operator.proto" << QByteArray("string kind = 3;");
    }
    void wouldShowABreak()
    {
        QFETCH(QString, path);
        QFETCH(QByteArray, field);
        QTemporaryDir copy;
        QVERIFY(QProcess::execute(QStringLiteral("cp"),
                                  {QStringLiteral("-r"), protos() + QStringLiteral("/."), copy.path()}) == 0);
        QFile file(copy.filePath(path));
        QVERIFY(file.open(QIODevice::ReadWrite));
        QByteArray text = file.readAll();
        QVERIFY(text.contains(field));
        text.replace(field, "int64" + field.mid(qstrlen("string")));
        file.resize(0);
        file.write(text);
        file.close();
        const QByteArray told = complaints({QStringLiteral("breaking"), copy.path(), QStringLiteral("--against"),
                                            protos() + QStringLiteral("/baseline.binpb")});
        QVERIFY2(told.contains(field.split(' ').at(1)), told.constData());
    }
};

QTEST_GUILESS_MAIN(ProtoRulesTest)
#include "ProtoRulesTest.moc"
