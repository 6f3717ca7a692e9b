// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include <QTemporaryDir>
#include <QTest>

#include <sys/stat.h>

#include "scaffold/PluginProject.h"

using namespace ghost;
using ghost::ctl::PluginProject;

/// What `plugin new` writes, and that it writes nothing else.
class PluginProjectTest : public QObject
{
    Q_OBJECT

    static QStringList entries(const QString &folder)
    {
        return QDir(folder).entryList(QDir::AllEntries | QDir::Hidden | QDir::System | QDir::NoDotAndDotDot);
    }

private Q_SLOTS:
    void isCalledAfterItsRole()
    {
        QCOMPARE(PluginProject::make("hypervisor", "my-first", "org.example")->id(), QString("hypervisor-my-first"));
        QCOMPARE(PluginProject::make("hypervisor", "hypervisor-x", "org.example")->id(), QString("hypervisor-x"));
    }

    void hasNoPlaceholderLeft()
    {
        const auto project = PluginProject::make("hypervisor", "my-first", "org.example");
        QCOMPARE(project->files().keys(),
                 QStringList({"CMakeLists.txt", "README.md", "plugin.json", "src/Machines.cpp", "src/Machines.h",
                              "src/MyFirstHypervisor.cpp", "src/SpecJson.cpp", "src/SpecJson.h",
                              "test/MyFirstHypervisorTest.cpp"}));
        const QRegularExpression placeholder("@[A-Z]+@");
        for (auto file = project->files().begin(); file != project->files().end(); ++file) {
            QVERIFY2(!placeholder.match(file.value()).hasMatch(), qPrintable(file.key()));
            QVERIFY2(!file.value().isEmpty(), qPrintable(file.key()));
        }
        QVERIFY(project->files()["plugin.json"].contains("\"vendor\": \"org.example\""));
    }

    void refusesWhatNoPluginMayBeCalled_data()
    {
        QTest::addColumn<QString>("name");
        for (const char *name :
             {"", "-", "Bochs", "a b", "../up", "a/b", "a--b", "a-", "1st", "é", "hypervisor-", "a.so"})
            QTest::newRow(name) << name;
        QTest::newRow("long") << QString(53, 'a');
        QTest::newRow("line") << "a\n";
    }
    void refusesWhatNoPluginMayBeCalled()
    {
        QFETCH(QString, name);
        const auto project = PluginProject::make("hypervisor", name, "org.example");
        QVERIFY(!project);
        QCOMPARE(project.error().code(), Code::InvalidArgument);
        QVERIFY(project.error().message().contains("'" + name + "'") && !project.error().hint().isEmpty());
        QVERIFY(PluginProject::make("hypervisor", QString(52, 'a'), "org.example"));
    }

    void refusesAVendorThatIsNoDomain_data()
    {
        QTest::addColumn<QString>("vendor");
        for (const char *vendor :
             {"", "me", "org.", ".org", "org..x", "Org.example", "org.ex ample", "org.\"x\"", "org.-x"})
            QTest::newRow(vendor) << vendor;
    }
    void refusesAVendorThatIsNoDomain()
    {
        QFETCH(QString, vendor);
        QCOMPARE(PluginProject::make("hypervisor", "a", vendor).error().field(), QString("--vendor"));
    }

    void writesAFolderForEveryone()
    {
        const QTemporaryDir parent;
        const auto project = PluginProject::make("hypervisor", "a", "org.example");
        const mode_t mask = ::umask(022);
        const auto folder = project->writeInto(parent.path());
        ::umask(mask);
        QVERIFY2(folder, folder ? "" : qPrintable(folder.error().text()));
        QCOMPARE(*folder, parent.filePath("hypervisor-a"));
        QCOMPARE(entries(parent.path()), QStringList{"hypervisor-a"});
        struct stat status = {};
        QCOMPARE(::stat(qPrintable(*folder), &status), 0);
        QCOMPARE(status.st_mode & 0777u, 0755u);
        for (auto file = project->files().begin(); file != project->files().end(); ++file) {
            QFile written(*folder + '/' + file.key());
            QVERIFY(written.open(QIODevice::ReadOnly));
            QCOMPARE(written.readAll(), file.value());
        }
    }

    void leavesWhatIsThereAlone_data()
    {
        QTest::addColumn<QString>("what");
        for (const char *what : {"file", "folder", "empty folder", "dangling link"})
            QTest::newRow(what) << what;
    }
    void leavesWhatIsThereAlone()
    {
        QFETCH(QString, what);
        const QTemporaryDir parent;
        const QString there = parent.filePath("hypervisor-a");
        if (what == "dangling link")
            QVERIFY(QFile::link("none", there));
        else if (what != "file")
            QVERIFY(QDir().mkpath(there + (what == "folder" ? "/src" : "")));
        else
            QVERIFY(QFile(there).open(QIODevice::WriteOnly));
        const auto folder = PluginProject::make("hypervisor", "a", "org.example")->writeInto(parent.path());
        QCOMPARE(folder.error().code(), Code::AlreadyExists);
        QVERIFY(folder.error().message().contains(there));
        QCOMPARE(entries(parent.path()), QStringList{"hypervisor-a"});
        QCOMPARE(entries(there), what == "folder" ? QStringList{"src"} : QStringList());
    }

    void saysWhereItCannotWrite()
    {
        const auto project = PluginProject::make("hypervisor", "a", "org.example");
        QCOMPARE(project->writeInto("/nowhere/at/all").error().code(), Code::NotFound);
        QCOMPARE(project->writeInto("/proc").error().code(), Code::PermissionDenied);
    }
};

QTEST_GUILESS_MAIN(PluginProjectTest)
#include "PluginProjectTest.moc"
