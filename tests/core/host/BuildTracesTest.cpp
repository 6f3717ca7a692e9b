// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include <QtCore/QTemporaryDir>
#include <QtTest/QtTest>

#include "ghost/BuildTag.h"
#include "host/BuildTraces.h"

using namespace ghost;

/// By the names in a file alone. BadPluginTest does it with real plugins.
class BuildTracesTest : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void tellsWhichTrace_data()
    {
        QTest::addColumn<QByteArray>("symbol");
        QTest::addColumn<QString>("reason");
        QTest::addColumn<bool>("isOurOwn");
        const QStringList own = buildTag().split('-');
        const auto row = [&own](const char *symbol, const char *reason, const char *word) {
            QTest::newRow(symbol) << QByteArray(symbol) << QString(reason) << own.contains(word);
        };
        row("__asan_init", "address sanitizer", "address");
        row("__tsan_init", "thread sanitizer", "thread");
        row("__msan_init", "memory sanitizer", "memory");
        row("__ubsan_handle_add_overflow", "undefined-behaviour sanitizer", "address");
        row("_ZN11__gnu_debug19_Safe_sequence_base13_M_detach_allEv", "_GLIBCXX_DEBUG", "debug");
    }

    void tellsWhichTrace()
    {
        QFETCH(QByteArray, symbol);
        QFETCH(QString, reason);
        QFETCH(bool, isOurOwn);
        const auto judged = checkBuildTraces(libraryWith('\0' + symbol + '\0'));
        QCOMPARE(judged.has_value(), isOurOwn);
        if (!isOurOwn)
            QCOMPARE(judged.error().message(), QString("built with %1, this agent is not").arg(reason));
        QVERIFY(checkBuildTraces(libraryWith("text that names " + symbol + '\0')));
    }

private:
    QString libraryWith(const QByteArray &content)
    {
        QFile file(m_folder.filePath("x.so"));
        return file.open(QIODevice::WriteOnly) && file.write(content) == content.size() ? file.fileName() : QString();
    }

    const QTemporaryDir m_folder;
};

QTEST_GUILESS_MAIN(BuildTracesTest)
#include "BuildTracesTest.moc"
