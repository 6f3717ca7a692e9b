// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "IncludeArrows.h"

#include <QDirIterator>
#include <QFile>
#include <QLibraryInfo>
#include <QTest>

namespace {

const QStringList plantedTree{
    "sdk/include/ghost/Result.h", "sdk/src/CallState.h",          "sdk/proto/ghost/Cbor.h",
    "core/state/VmStore.h",       "core/host/Schema.h",           "plugins/support/libvirt/Connection.h",
    "plugins/api-grpc/Service.h", "plugins/network-nat/Subnet.h", "apps/ghostctl/Table.h",
    "apps/support/cli/ManPage.h",
};

} // namespace

class IncludeArrowsTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void refusesWrongArrows_data();
    void refusesWrongArrows();
    void allowsRightArrows_data();
    void allowsRightArrows();
    void findsOnlyRightArrowsInTheTree();

private:
    QString m_root = qEnvironmentVariable("GHOST_SOURCE_DIR");
};

void IncludeArrowsTest::initTestCase()
{
    QVERIFY2(QFile::exists(QLibraryInfo::path(QLibraryInfo::HeadersPath) + "/QtCore/QString"),
             "Qt's headers tell which module a class is in");
    QVERIFY2(QFile::exists(m_root + "/CMakePresets.json"), "GHOST_SOURCE_DIR names the source tree");
}

void IncludeArrowsTest::refusesWrongArrows_data()
{
    QTest::addColumn<QString>("path");
    QTest::addColumn<QString>("line");
    const auto row = [](const char *path, const char *line) { QTest::addRow("%s: %s", path, line) << path << line; };

    row("sdk/include/ghost/Call.h", "#include <unistd.h>");
    row("sdk/include/ghost/Call.h", "#include <QTcpServer>");
    row("sdk/include/ghost/Call.h", "#include <QtNetwork/QTcpServer>");
    row("sdk/include/ghost/Call.h", "#include <yaml-cpp/yaml.h>");
    row("sdk/include/ghost/Call.h", "#include \"CallState.h\"");
    row("sdk/src/Call.cpp", "#include \"core/state/VmStore.h\"");
    row("sdk/src/Call.cpp", "#include <QSqlDatabase>");
    row("sdk/proto/Cbor.cpp", "#include \"Service.h\"");
    row("core/state/VmStore.cpp", "#include <libvirt/libvirt.h>");
    row("core/state/VmStore.cpp", "  #  include <grpcpp/grpcpp.h>");
    row("core/state/VmStore.cpp", "#include <google/protobuf/message.h>");
    row("core/state/VmStore.cpp", "#include \"ghost/agent/v1/agent.pb.h\"");
    row("core/state/VmStore.cpp", "#include \"ghost/Cbor.h\"");
    row("core/state/VmStore.cpp", "#include \"plugins/network-nat/Subnet.h\"");
    row("core/state/VmStore.cpp", "#include <QTcpServer>");
    row("core/state/VmStore.cpp", "#include <CLI/CLI.hpp>");
    row("plugins/network-nat/Nat.cpp", "#include \"state/VmStore.h\"");
    row("plugins/network-nat/Nat.cpp", "#include <VmStore.h>");
    row("plugins/network-nat/Nat.cpp", "#include \"../api-grpc/Service.h\"");
    row("plugins/network-nat/Nat.cpp", "#include \"CallState.h\"");
    row("plugins/support/libvirt/Connection.cpp", "#include \"Subnet.h\"");
    row("apps/ghost-agent/main.cpp", "#include <libvirt/libvirt.h>");
    row("apps/ghost-agent/main.cpp", "#include <grpcpp/grpcpp.h>");
    row("apps/ghost-agent/main.cpp", "#include \"Table.h\"");
    row("apps/ghostctl/main.cpp", "#include \"network-nat/Subnet.h\"");
    row("apps/support/cli/ManPage.cpp", "#include \"host/Schema.h\"");
    row("core/state/VmStore.cpp", "#include \"cli/ManPage.h\"");
}

void IncludeArrowsTest::refusesWrongArrows()
{
    QFETCH(QString, path);
    QFETCH(QString, line);
    QVERIFY(!IncludeArrows(plantedTree).check(path, line).isEmpty());
}

void IncludeArrowsTest::allowsRightArrows_data()
{
    QTest::addColumn<QString>("path");
    QTest::addColumn<QString>("line");
    const auto row = [](const char *path, const char *line) { QTest::addRow("%s: %s", path, line) << path << line; };

    row("sdk/include/ghost/Call.h", "#include <memory>");
    row("sdk/include/ghost/Call.h", "#include <tl/expected.hpp>");
    row("sdk/include/ghost/Call.h", "#include <QString>");
    row("sdk/include/ghost/Call.h", "#include <ghost/Result.h>");
    row("sdk/src/Call.cpp", "#include \"CallState.h\"");
    row("sdk/src/Call.cpp", "#include <sys/eventfd.h>");
    row("sdk/proto/Cbor.cpp", "#include <google/protobuf/message.h>");
    row("core/state/VmStore.cpp", "#include \"VmStore.h\"");
    row("core/state/VmStore.cpp", "#include \"host/Schema.h\"");
    row("core/state/VmStore.cpp", "#include <QSqlDatabase>");
    row("core/state/VmStore.cpp", "#include <yaml-cpp/yaml.h>");
    row("core/state/VmStore.cpp", "#include \"VmStore.moc\"");
    row("core/state/VmStore.cpp", "// not an #include <libvirt/libvirt.h>");
    row("plugins/network-nat/Nat.cpp", "#include <libvirt/libvirt.h>");
    row("plugins/network-nat/Nat.cpp", "#include \"support/libvirt/Connection.h\"");
    row("plugins/api-grpc/Service.cpp", "#include \"ghost/agent/v1/agent.grpc.pb.h\"");
    row("plugins/api-grpc/Service.cpp", "#include \"ghost/Cbor.h\"");
    row("apps/ghost-agent/main.cpp", "#include \"host/Schema.h\"");
    row("apps/ghostctl/main.cpp", "#include <grpcpp/grpcpp.h>");
    row("apps/ghostctl/main.cpp", "#include \"cli/ManPage.h\"");
    row("apps/ghost-agent/main.cpp", "#include \"cli/ManPage.h\"");
}

void IncludeArrowsTest::allowsRightArrows()
{
    QFETCH(QString, path);
    QFETCH(QString, line);
    QCOMPARE(IncludeArrows(plantedTree).check(path, line), QString());
}

void IncludeArrowsTest::findsOnlyRightArrowsInTheTree()
{
    QStringList sources;
    for (const char *floor : {"sdk", "core", "plugins", "apps"}) {
        QDirIterator files(m_root + '/' + QLatin1String(floor), {"*.h", "*.hpp", "*.cpp"}, QDir::Files,
                           QDirIterator::Subdirectories);
        while (files.hasNext())
            sources << files.next().mid(m_root.size() + 1);
    }
    QVERIFY2(!sources.isEmpty(), qPrintable("no sources below " + m_root));

    const IncludeArrows arrows(sources);
    QStringList wrong;
    for (const QString &path : sources) {
        QFile file(m_root + '/' + path);
        QVERIFY2(file.open(QIODevice::ReadOnly), qPrintable(file.errorString()));
        int number = 0;
        while (!file.atEnd()) {
            ++number;
            const QString problem = arrows.check(path, QString::fromUtf8(file.readLine()));
            if (!problem.isEmpty())
                wrong << QString("%1:%2: %3").arg(path).arg(number).arg(problem);
        }
    }
    QVERIFY2(wrong.isEmpty(), qPrintable('\n' + wrong.join('\n')));
}

QTEST_GUILESS_MAIN(IncludeArrowsTest)
#include "IncludeArrowsTest.moc"
