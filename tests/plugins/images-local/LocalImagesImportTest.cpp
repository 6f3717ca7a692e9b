// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include <mutex>
#include <sys/mount.h>
#include <sys/stat.h>

#include <QtCore/QScopeGuard>
#include <QtTest/QTest>

#include "ImagesFixture.h"

using namespace ghost;
using namespace std::chrono_literals;

namespace {

/// Cancels when a percentage has been reached.
class CancelAt : public CallListener
{
public:
    CancelAt(int percent, std::shared_ptr<Cancellation> cancellation)
        : m_percent(percent)
        , m_cancellation(std::move(cancellation))
    {}
    void progress(int percent, const QString &) override
    {
        highest = std::max(highest, percent);
        if (percent >= m_percent)
            m_cancellation->cancel();
    }
    void log(LogLevel, const QString &) override {}
    int highest = -1;

private:
    int m_percent;
    std::shared_ptr<Cancellation> m_cancellation;
};

} // namespace

class LocalImagesImportTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void keepsASoundImage()
    {
        ImagesFixture f;
        const QByteArray bytes = f.imageBytes();
        const Sender sender(bytes);
        CancelAt progress(1000, std::make_shared<Cancellation>());
        Call call(OperationId::create(), Call::Clock::now() + 30s, {}, &progress);
        const auto info = f.images().import("mini", sender.fd(), bytes.size(), call);
        QVERIFY2(info, info ? "" : qPrintable(info.error().text()));
        QCOMPARE(info->name(), QStringLiteral("mini"));
        QCOMPARE(info->diskBytes(), qint64(1) << 30);
        QCOMPARE(info->fileBytes(), bytes.size());
        QCOMPARE(f.files(), QStringList{"mini.qcow2"});
        QCOMPARE(progress.highest, 100);
        struct stat status = {};
        QCOMPARE(::stat(QFile::encodeName(f.path("mini.qcow2")).constData(), &status), 0);
        QCOMPARE(status.st_mode & 07777, mode_t(0444));
        QFile kept(f.path("mini.qcow2"));
        QVERIFY(kept.open(QIODevice::ReadOnly));
        QCOMPARE(kept.readAll(), bytes);
    }

    void readsFromFilesToo()
    {
        ImagesFixture f;
        const qint64 size = f.imageBytes().size();
        const UniqueFd file(
            ::open(QFile::encodeName(f.context.folder(Folder::Run) + "/made.qcow2").constData(), O_RDONLY | O_CLOEXEC));
        PatientCall call;
        QVERIFY(f.images().import("mini", file.get(), size, call));
    }

    void doesNotWaitForASenderThatStaysOpen()
    {
        ImagesFixture f;
        const QByteArray bytes = f.imageBytes();
        const Sender sender(bytes, Sender::End::StayOpen);
        PatientCall call;
        const auto before = Call::Clock::now();
        QVERIFY(f.images().import("mini", sender.fd(), bytes.size(), call));
        QVERIFY(Call::Clock::now() - before < 20s);
    }

    void refuses_data()
    {
        QTest::addColumn<QByteArray>("bytes");
        QTest::addColumn<qint64>("declared");
        QTest::addColumn<QString>("text");
        ImagesFixture f;
        const QByteArray good = f.imageBytes();
        QTest::newRow("short") << good.left(100000) << qint64(good.size()) << "ended after 100000 of";
        QTest::newRow("nothing") << QByteArray() << qint64(good.size()) << "ended after 0 of";
        QTest::newRow("long") << good + "x" << qint64(good.size()) << "longer than the declared";
        QTest::newRow("declared short") << good << qint64(good.size() - 1) << "longer than the declared";
        QTest::newRow("declared 0") << good << qint64(0) << "not possible";
        QTest::newRow("declared -1") << good << qint64(-1) << "not possible";
        QTest::newRow("garbage") << QByteArray(100000, 'x') << qint64(100000) << "not a qcow2 image";
        QTest::newRow("one byte") << QByteArray("Q") << qint64(1) << "not a qcow2 image";
        QTest::newRow("truncated") << good.left(70000) << qint64(70000) << "cut off";

        PatientCall call;
        const auto made = [&f](const QString &name) {
            QFile file(f.context.folder(Folder::Run) + "/" + name);
            return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
        };
        const QString overlay = f.context.folder(Folder::Run) + "/overlay.qcow2";
        QVERIFY(QemuImg().createOverlay(overlay, "made.qcow2", qint64(1) << 30, call));
        QTest::newRow("backing file") << made("overlay.qcow2") << qint64(made("overlay.qcow2").size())
                                      << "backing file ('made.qcow2')";
        const QString external = f.context.folder(Folder::Run) + "/external.qcow2";
        QVERIFY(HelperProcess("qemu-img", {})
                    .runToSuccess(
                        {"create", "-q", "-f", "qcow2", "-o", "data_file=" + external + ".raw", external, "1M"}, call));
        QTest::newRow("external data file")
            << made("external.qcow2") << qint64(made("external.qcow2").size()) << "external file";
        QByteArray damaged = good;
        damaged.replace(qsizetype(3) * 65536, 8,
                        QByteArray("\x80\0\0\0\0\0\0\0", 8)); // an L1 entry that points at the header
        QTest::newRow("damaged inside") << damaged << qint64(damaged.size()) << "damaged";
    }
    void refuses()
    {
        QFETCH(QByteArray, bytes);
        QFETCH(qint64, declared);
        QFETCH(QString, text);
        ImagesFixture f;
        const Sender sender(bytes);
        PatientCall call;
        const auto info = f.images().import("mini", sender.fd(), declared, call);
        QVERIFY(!info);
        QCOMPARE(info.error().code(), Code::InvalidArgument);
        QVERIFY2(info.error().message().contains(text), qPrintable(info.error().message()));
        QVERIFY(f.files().isEmpty());
    }

    void refusesNames_data()
    {
        QTest::addColumn<QString>("name");
        for (const char *name : {"", ".", "..", "../x", "a/b", "A", " a", "a b", ".a", "-a", "a\n", "\xc3\xa4"})
            QTest::addRow("'%s'", name) << QString::fromUtf8(name);
        QTest::newRow("65 characters") << QString(65, u'a');
    }
    void refusesNames()
    {
        QFETCH(QString, name);
        ImagesFixture f;
        const Sender sender("x");
        PatientCall call;
        const auto info = f.images().import(name, sender.fd(), 1, call);
        QCOMPARE(info.error().code(), Code::InvalidArgument);
        QCOMPARE(info.error().field(), QStringLiteral("name"));
        QVERIFY(f.files().isEmpty());
    }

    void leavesATakenNameAlone()
    {
        ImagesFixture f;
        f.write("mini.qcow2", "whatever");
        const Sender sender(f.imageBytes());
        PatientCall call;
        QCOMPARE(f.images().import("mini", sender.fd(), f.imageBytes().size(), call).error().code(),
                 Code::AlreadyExists);
        QCOMPARE(QFile(f.path("mini.qcow2")).size(), 8);
        QCOMPARE(f.files().size(), 1);
    }

    void leavesNothingWhenCancelledMidWay()
    {
        ImagesFixture f;
        const auto cancellation = std::make_shared<Cancellation>();
        CancelAt listener(50, cancellation);
        Call call(OperationId::create(), Call::Clock::now() + 60s, cancellation, &listener);
        const Sender sender(QByteArray(4 << 20, 'x'), Sender::End::StayOpen); // of 6 MB; then it stalls
        const auto info = f.images().import("mini", sender.fd(), 6 << 20, call);
        QCOMPARE(info.error().code(), Code::Cancelled);
        QVERIFY(listener.highest >= 50);
        QVERIFY(f.files().isEmpty());
    }

    void isCancelledWhileTheSenderStalls()
    {
        ImagesFixture f;
        const auto cancellation = std::make_shared<Cancellation>();
        CancelAt listener(1, cancellation); // at the last byte that ever comes
        Call call(OperationId::create(), Call::Clock::now() + 60s, cancellation, &listener);
        const Sender sender(QByteArray(100, 'x'), Sender::End::StayOpen);
        const auto before = Call::Clock::now();
        QCOMPARE(f.images().import("mini", sender.fd(), 200, call).error().code(), Code::Cancelled);
        QVERIFY(Call::Clock::now() - before < 10s);
    }

    void waitsForAStalledSenderNoLongerThanTheDeadline()
    {
        ImagesFixture f;
        const Sender sender(QByteArray(1000, 'x'), Sender::End::StayOpen);
        Call call(OperationId::create(), Call::Clock::now() + 300ms);
        const auto before = Call::Clock::now();
        QCOMPARE(f.images().import("mini", sender.fd(), 2000, call).error().code(), Code::DeadlineExceeded);
        QVERIFY(Call::Clock::now() - before < 5s);
        QVERIFY(f.files().isEmpty());
    }

    void keepsTheOwnersReserve()
    {
        ImagesFixture f;
        f.config["reserve_bytes"] = double(qint64(1) << 50);
        QVERIFY(f.start());
        const Sender sender("x");
        PatientCall call;
        const Error refused = f.images().import("mini", sender.fd(), 1, call).error();
        QCOMPARE(refused.code(), Code::ResourceExhausted);
        QVERIFY2(refused.message().contains("settings.images-local.reserve_bytes"), qPrintable(refused.message()));
    }

    void leavesNothingOnAFullDisk_data()
    {
        QTest::addColumn<QByteArray>("options");
        QTest::newRow("too small") << QByteArray("size=128k");
        QTest::newRow("no inode") << QByteArray("size=16m,nr_inodes=1");
    }
    void leavesNothingOnAFullDisk()
    {
        QFETCH(QByteArray, options);
        ImagesFixture f;
        const QByteArray folder = QFile::encodeName(f.context.folder(Folder::Images));
        if (::mount("tmpfs", folder.constData(), "tmpfs", 0, options.constData()) != 0)
            QSKIP("mounting a small tmpfs needs root");
        const auto unmount = qScopeGuard([&folder] { ::umount(folder.constData()); });
        const QByteArray bytes = f.imageBytes();
        const Sender sender(bytes);
        PatientCall call;
        const auto info = f.images().import("mini", sender.fd(), bytes.size(), call);
        QCOMPARE(info.error().code(), Code::ResourceExhausted);
        QVERIFY(info.error().message().contains("no space left"));
        QVERIFY(f.files().isEmpty());
    }

    void importsOneNameOnceAtATime()
    {
        ImagesFixture f;
        const QByteArray bytes = f.imageBytes();
        const Sender stalling(bytes.left(1000), Sender::End::StayOpen);
        const auto cancellation = std::make_shared<Cancellation>();
        std::jthread other([&] {
            Call call(OperationId::create(), Call::Clock::now() + 30s, cancellation);
            (void)f.images().import("mini", stalling.fd(), bytes.size(), call);
        });
        QTRY_VERIFY(!f.files().isEmpty()); // the other one has begun
        const Sender sender(bytes);
        PatientCall call;
        QCOMPARE(f.images().import("mini", sender.fd(), bytes.size(), call).error().code(), Code::Busy);
        cancellation->cancel();
        other.join();
        QVERIFY(f.images().import("mini", sender.fd(), bytes.size(), call));
    }
};

QTEST_GUILESS_MAIN(LocalImagesImportTest)
#include "LocalImagesImportTest.moc"
