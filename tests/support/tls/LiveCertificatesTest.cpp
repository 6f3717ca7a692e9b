// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include <QtCore/QFile>
#include <QtCore/QTemporaryDir>
#include <QtTest/QTest>

#include <sys/stat.h>

#include "AsNobody.h"
#include "tls/LiveCertificates.h"
#include "tls/TestCertificates.h"

using namespace ghost;

class LiveCertificatesTest : public QObject
{
    Q_OBJECT

    std::unique_ptr<QTemporaryDir> m_folder;
    std::unique_ptr<TestCertificates> m_ca;
    CertificateFiles m_files;
    QStringList m_told; // empty text: read

    std::unique_ptr<LiveCertificates> open()
    {
        auto live = LiveCertificates::open(m_files, [this](const Result<CertificateSet> &set) {
            m_told.append(set ? QString() : set.error().message());
        });
        return live ? std::move(*live) : nullptr;
    }

private Q_SLOTS:
    void init()
    {
        m_folder = std::make_unique<QTemporaryDir>();
        m_ca = std::make_unique<TestCertificates>(m_folder->path());
        m_files = m_ca->server();
        m_told.clear();
    }

    void readsOnceWhatStaysTheSame()
    {
        const auto live = open();
        QVERIFY(live);
        const auto first = live->current();
        QCOMPARE(first->chain, readPlain(m_files.chain));
        QCOMPARE(live->current().get(), first.get());
        QVERIFY(m_told.isEmpty());
    }

    void takesANewPair()
    {
        const auto live = open();
        const auto first = live->current();
        m_ca->server();
        const auto second = live->current();
        QVERIFY(second->key != first->key);
        QCOMPARE(second->key, readPlain(m_files.key));
        QCOMPARE(m_told, QStringList{QString()});
    }

    void keepsTheOldOnesUntilAllFitTogether()
    {
        const auto live = open();
        const auto old = live->current();
        const TestCertificates elsewhere(m_folder->filePath("new"));
        const auto next = elsewhere.server();
        const QByteArray chain = readPlain(next.chain);

        writePlain(m_files.chain, chain.left(chain.size() / 2));
        QCOMPARE(live->current().get(), old.get());
        QVERIFY2(m_told.last().startsWith(m_files.chain), qPrintable(m_told.last()));
        QCOMPARE(live->current().get(), old.get());
        QCOMPARE(m_told.size(), 1); // once

        writePlain(m_files.chain, chain);
        QCOMPARE(live->current().get(), old.get());
        QVERIFY2(m_told.last().startsWith(m_files.key), qPrintable(m_told.last()));

        writePlain(m_files.key, readPlain(next.key));
        QCOMPARE(live->current()->chain, chain);
        QCOMPARE(m_told.last(), QString());
    }

    void namesTheFileThatIsToBlame()
    {
        const auto live = open();
        const auto old = live->current();
        QVERIFY(QFile::remove(m_files.key));
        QCOMPARE(live->current().get(), old.get());
        QCOMPARE(m_told.last(), m_files.key + QStringLiteral(": no such file"));

        writePlain(m_files.authorities, "rubbish");
        QCOMPARE(live->current().get(), old.get());
        QVERIFY2(m_told.last().contains("key"), qPrintable(m_told.last())); // still the first in the way
    }

    void keepsTheOldOnesThatItMayNotReadAnyMore()
    {
        QVERIFY(::chmod(QFile::encodeName(m_folder->path()).constData(), 0755) == 0);
        const auto live = open();
        const auto old = live->current();
        QVERIFY(::chmod(QFile::encodeName(m_files.key).constData(), 0) == 0);
        {
            const AsNobody nobody;
            QVERIFY(nobody.isActive());
            QCOMPARE(live->current().get(), old.get());
        }
        QCOMPARE(m_told, QStringList{m_files.key + QStringLiteral(": this user may not read it")});
        QVERIFY(::chmod(QFile::encodeName(m_files.key).constData(), 0600) == 0);
        QCOMPARE(live->current()->key, old->key);
        QCOMPARE(m_told.last(), QString());
    }

    void refusesWhatTlsWouldNotTake()
    {
        m_files = m_ca->weak(TestCertificates::serverRequest());
        QVERIFY(!open());
        const QString why = m_files.read().error().message();
        QVERIFY2(why.startsWith(m_files.chain) && why.contains("key too small"), qPrintable(why));
    }

    void doesNotHangOnAPipe()
    {
        QVERIFY(QFile::remove(m_files.key));
        QVERIFY(::mkfifo(QFile::encodeName(m_files.key).constData(), 0600) == 0);
        const auto set = m_files.read();
        QVERIFY(!set);
        QCOMPARE(set.error().code(), Code::FailedPrecondition);
    }

    void needsAGoodBeginning()
    {
        m_files.key = m_files.chain;
        QVERIFY(!open());
        const auto set = m_files.read();
        QVERIFY2(set.error().message().startsWith(m_files.chain), qPrintable(set.error().message()));
    }

    void followsALink()
    {
        const auto other = TestCertificates(m_folder->filePath("2"), QStringLiteral("Other CA")).server();
        const QString link = m_folder->filePath("current.crt");
        QVERIFY(QFile::link(m_files.authorities, link));
        m_files.authorities = link;
        const auto live = open();
        const auto old = live->current();
        const QString next = m_folder->filePath("next");
        QVERIFY(QFile::link(other.authorities, next));
        QVERIFY(::rename(QFile::encodeName(next).constData(), QFile::encodeName(link).constData()) == 0);
        QVERIFY(live->current()->authorities != old->authorities);
    }
};

QTEST_GUILESS_MAIN(LiveCertificatesTest)
#include "LiveCertificatesTest.moc"
