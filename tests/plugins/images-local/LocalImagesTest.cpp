// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include <sys/stat.h>

#include <QtCore/QPluginLoader>
#include <QtTest/QTest>

#include "ImagesFixture.h"

using namespace ghost;

class LocalImagesTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void listsWhatTheOwnerPutsIntoTheFolder()
    {
        ImagesFixture f;
        PatientCall call;
        QVERIFY(f.images().list(call)->isEmpty());
        f.write("b.qcow2", f.imageBytes());
        f.write("a-1.0_x.qcow2", f.imageBytes());
        const auto images = f.images().list(call);
        QCOMPARE(images->size(), 2);
        QCOMPARE(images->at(0).name(), QStringLiteral("a-1.0_x"));
        QCOMPARE(images->at(1).name(), QStringLiteral("b"));
        QCOMPARE(images->at(1).diskBytes(), qint64(1) << 30);
        QCOMPARE(images->at(1).fileBytes(), f.imageBytes().size());
        QCOMPARE(images->at(1).format(), QStringLiteral("qcow2"));
        QVERIFY(images->at(1).importedAtMs() > 1600000000000);
    }

    void usesNoFileThatWillNotDo()
    {
        ImagesFixture f;
        PatientCall call;
        f.write("good.qcow2", f.imageBytes());
        f.write("garbage.qcow2", "garbage");
        f.write("Upper.qcow2", f.imageBytes());
        f.write(".hidden.qcow2", f.imageBytes());
        f.write("raw.img", "raw");
        QVERIFY(QFile::link(f.path("good.qcow2"), f.path("link.qcow2")));
        QVERIFY(QDir().mkdir(f.path("folder.qcow2")));
        QVERIFY(QemuImg().createOverlay(f.path("overlay.qcow2"), "good.qcow2", qint64(1) << 30, call));
        for (int i = 0; i < 3; ++i)
            QCOMPARE(f.images().list(call)->size(), 1);
        for (const char *name : {"garbage", "Upper", "link", "overlay"})
            QCOMPARE(f.context.logText().count(QLatin1String(name) + ".qcow2 is not used"),
                     1); // once, not at every list
        const auto bad = f.images().fetch(ImageRef("overlay"), call);
        QCOMPARE(bad.error().code(), Code::FailedPrecondition);
        QVERIFY(bad.error().message().contains("backing file"));
    }

    void fetchesWhatIsThere()
    {
        ImagesFixture f;
        PatientCall call;
        f.write("mini.qcow2", f.imageBytes());
        const auto image = f.images().fetch(ImageRef("mini"), call);
        QVERIFY(image);
        QCOMPARE(image->path(), f.path("mini.qcow2"));
        QCOMPARE(image->info().name(), QStringLiteral("mini"));
        struct stat status = {};
        QCOMPARE(::stat(QFile::encodeName(image->path()).constData(), &status), 0);
        QCOMPARE(status.st_mode & 07777, mode_t(0444));
    }

    void saysWhatThereIs_data()
    {
        QTest::addColumn<QString>("name");
        for (const char *name : {"nothing", "", "../disks/x", "/etc/passwd", "mini.qcow2"})
            QTest::addRow("'%s'", name) << QString::fromLatin1(name);
    }
    void saysWhatThereIs()
    {
        QFETCH(QString, name);
        ImagesFixture f;
        PatientCall call;
        QVERIFY(f.images().resolve(ImageRef(name), call).error().message().contains("there is none yet"));
        f.write("mini.qcow2", f.imageBytes());
        f.write("ubuntu-22.04.qcow2", f.imageBytes());
        for (const Error &error :
             {f.images().resolve(ImageRef(name), call).error(), f.images().fetch(ImageRef(name), call).error()}) {
            QCOMPARE(error.code(), Code::NotFound);
            QVERIFY2(error.message().contains("there is: mini, ubuntu-22.04"), qPrintable(error.message()));
            QVERIFY(error.hint().contains("ghostctl image import"));
        }
    }

    void removesOnlyImages()
    {
        ImagesFixture f;
        PatientCall call;
        f.write("mini.qcow2", f.imageBytes());
        for (int i = 0; i < 3; ++i)
            QVERIFY(f.images().remove(ImageRef("mini"), call));
        QVERIFY(f.files().isEmpty());
        QCOMPARE(f.images().remove(ImageRef("../disks/a"), call).error().code(), Code::InvalidArgument);
    }

    void removesWhatKilledImportsHaveLeft()
    {
        ImagesFixture f;
        f.write(".images-local-1234.tmp", "half");
        f.write(".images-http-1234.tmp", "another plugin's");
        QVERIFY(f.start());
        QCOMPARE(f.files(), QStringList{".images-http-1234.tmp"});
        QCOMPARE(f.context.health().status(), Health::Status::Ready);
    }

    void theModuleShowsBothInterfaces()
    {
        QPluginLoader loader(qEnvironmentVariable("GHOST_PLUGIN_DIR") + "/images-local.so");
        QVERIFY2(loader.instance(), qPrintable(loader.errorString()));
        QVERIFY(qobject_cast<Plugin *>(loader.instance()));
        QVERIFY(qobject_cast<ImageSource *>(loader.instance()));
    }
};

QTEST_GUILESS_MAIN(LocalImagesTest)
#include "LocalImagesTest.moc"
