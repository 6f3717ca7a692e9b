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

    void wouldShowABreak()
    {
        QTemporaryDir copy;
        QVERIFY(QProcess::execute(QStringLiteral("cp"),
                                  {QStringLiteral("-r"), protos() + QStringLiteral("/."), copy.path()}) == 0);
        QFile file(copy.filePath(QStringLiteral("ghost/agent/v1/agent.proto")));
        QVERIFY(file.open(QIODevice::ReadWrite));
        QByteArray text = file.readAll();
        QVERIFY(text.contains("string kind = 3;"));
        text.replace("string kind = 3;", "int64 kind = 3;");
        file.resize(0);
        file.write(text);
        file.close();
        const QByteArray told = complaints({QStringLiteral("breaking"), copy.path(), QStringLiteral("--against"),
                                            protos() + QStringLiteral("/baseline.binpb")});
        QVERIFY2(told.contains("kind"), told.constData());
    }
};

QTEST_GUILESS_MAIN(ProtoRulesTest)
#include "ProtoRulesTest.moc"
