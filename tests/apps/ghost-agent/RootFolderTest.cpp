// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "RootFolder.h"

#include <QtTest/QTest>

#include "config/Config.h"

using namespace ghost;

class RootFolderTest : public QObject
{
    Q_OBJECT

    static Config configOf(const QString &path)
    {
        ConfigSources sources;
        for (const char *name : {"data", "disks", "images", "run", "log"})
            sources.overrides.append({QStringLiteral("folders.") + QLatin1String(name), path});
        return Config::load(sources).value();
    }

private Q_SLOTS:
    void resolvesFoldersAgainstTheRoot_data()
    {
        QTest::addColumn<QString>("root");
        QTest::addColumn<QString>("configured");
        QTest::addColumn<QString>("folder");
        QTest::newRow("relative") << "/srv/ghost"
                                  << "more/disks"
                                  << "/srv/ghost/more/disks";
        QTest::newRow("above it") << "/srv/ghost"
                                  << "../disks/"
                                  << "/srv/disks";
        QTest::newRow("absolute") << "/srv/ghost"
                                  << "/mnt/disks"
                                  << "/mnt/disks";
        QTest::newRow("relative, the whole system") << ""
                                                    << "mnt/disks"
                                                    << "/mnt/disks";
        QTest::newRow("absolute, the whole system") << ""
                                                    << "/mnt/disks"
                                                    << "/mnt/disks";
    }
    void resolvesFoldersAgainstTheRoot()
    {
        QFETCH(const QString, root);
        QFETCH(const QString, configured);
        QFETCH(const QString, folder);
        const RootFolder place(root);
        const Config config = configOf(configured);
        const Folders folders = place.folders(config);
        for (const QString &path : {folders.data, folders.disks, folders.images, folders.run})
            QCOMPARE(path, folder);
        QCOMPARE(place.logFile(config), folder + "/agent.log");
    }

    void isTheSystemsWithoutARoot()
    {
        const RootFolder place{QString()};
        const Folders folders = place.folders(configOf({}));
        QCOMPARE(folders.disks, QString("/var/lib/ghost/disks"));
        QCOMPARE(folders.run, QString("/run/ghost"));
        QCOMPARE(place.logFile(configOf({})), QString("/var/log/ghost/agent.log"));
        QCOMPARE(place.configFile(), QString("/etc/ghost/agent.yaml"));
    }
};

QTEST_GUILESS_MAIN(RootFolderTest)
#include "RootFolderTest.moc"
