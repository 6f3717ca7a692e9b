// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include <QtCore/QJsonArray>
#include <QtCore/QTemporaryDir>
#include <QtTest/QtTest>

#include "ghost/BuildTag.h"
#include "ghost/Plugin.h"
#include "host/PluginMetadata.h"
#include "support/AsNobody.h"

using namespace ghost;

namespace {

QJsonObject goodData()
{
    return {{"id", "hypervisor-x"},
            {"name", "X"},
            {"version", "1.2"},
            {"sdk", GHOST_SDK_VERSION},
            {"roles", QJsonArray{"Hypervisor"}},
            {"build", QJsonObject{{"tag", buildTag()}, {"qt", QT_VERSION_STR}}},
            {"config", QJsonObject{{"type", "object"}}}};
}

Result<PluginMetadata> judged(const QJsonObject &data, const QString &iid = GHOST_PLUGIN_IID)
{
    return PluginMetadata::judge("/plugins/hypervisor-x.so", {{"IID", iid}, {"MetaData", data}});
}

QJsonObject changed(const QString &key, const QJsonValue &value)
{
    QJsonObject data = goodData();
    data.insert(key, value);
    return data;
}

} // namespace

class PluginMetadataTest : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void takesAGoodOne()
    {
        const auto metadata = judged(goodData());
        QVERIFY2(metadata, metadata ? "" : qPrintable(metadata.error().text()));
        QCOMPARE(metadata->id, QString("hypervisor-x"));
        QCOMPARE(metadata->role, QString("Hypervisor"));
        QCOMPARE(metadata->version, QString("1.2"));
        QCOMPARE(metadata->file, QString("/plugins/hypervisor-x.so"));
    }

    void withoutASchemaNoKeyIsKnown()
    {
        const auto metadata = judged(changed("config", QJsonObject()));
        const QJsonObject nothing{{"type", "object"}, {"additionalProperties", false}};
        QCOMPARE(metadata->configSchema, nothing);
        QCOMPARE(metadata->vmOptions, nothing);
    }

    void takesWhatAnOlderQtMadeOfTheSameMajor()
    {
        const auto metadata = judged(changed("build", QJsonObject{{"tag", buildTag()}, {"qt", "6.0"}}));
        QVERIFY2(metadata, metadata ? "" : qPrintable(metadata.error().text()));
    }

    /// One word of the tag at a time.
    void refusesAnotherKindOfBuild_data()
    {
        QTest::addColumn<qsizetype>("place");
        QTest::addColumn<QString>("word");
        QTest::newRow("C++ library") << qsizetype(0) << "libc++";
        QTest::newRow("its ABI") << qsizetype(1) << "cxx98";
        QTest::newRow("processor") << qsizetype(2) << "riscv64";
        QTest::newRow("tl::expected") << qsizetype(3) << "expected2.0";
        QTest::newRow("address sanitizer") << qsizetype(4) << "address_";
        QTest::newRow("thread sanitizer") << qsizetype(4) << "thread_";
        QTest::newRow("debug mode of the C++ library") << qsizetype(5) << "debug_";
        QTest::newRow("a word more") << qsizetype(5) << "nodebug-lto";
    }
    void refusesAnotherKindOfBuild()
    {
        QFETCH(qsizetype, place);
        QFETCH(QString, word);
        QStringList words = buildTag().split('-');
        QCOMPARE(words.size(), 6);
        words[place] = word;
        const QString tag = words.join('-');
        const auto metadata = judged(changed("build", QJsonObject{{"tag", tag}, {"qt", QT_VERSION_STR}}));
        QVERIFY(!metadata);
        QVERIFY2(metadata.error().message().contains("built as '" + tag + "', this agent is '" + buildTag()),
                 qPrintable(metadata.error().message()));
        QVERIFY(!metadata.error().hint().isEmpty());
    }

    void refusesWithTheReason_data()
    {
        QTest::addColumn<QJsonObject>("data");
        QTest::addColumn<QString>("reason");
        const QString tag = buildTag();
        QTest::newRow("older SDK") << changed("sdk", "0.0.9") << "built for SDK 0.0.9";
        QTest::newRow("newer SDK") << changed("sdk", "0.2.0") << "built for SDK 0.2.0";
        QTest::newRow("SDK 1") << changed("sdk", "1.1") << "built for SDK 1.1";
        QTest::newRow("no SDK") << changed("sdk", QJsonValue()) << "built for SDK";
        QTest::newRow("other build") << changed("build", QJsonObject{{"tag", "vax"}, {"qt", QT_VERSION_STR}})
                                     << "built as 'vax'";
        QTest::newRow("no build") << changed("build", QJsonValue()) << "built as ''";
        QTest::newRow("newer Qt") << changed("build", QJsonObject{{"tag", tag}, {"qt", "6.99.0"}})
                                  << "built with Qt 6.99.0";
        QTest::newRow("older Qt") << changed("build", QJsonObject{{"tag", tag}, {"qt", "5.15.2"}})
                                  << "built with Qt 5.15.2";
        QTest::newRow("no Qt") << changed("build", QJsonObject{{"tag", tag}}) << "built with Qt";
        QTest::newRow("no id") << changed("id", "") << "lacks 'id'";
        QTest::newRow("id of another type") << changed("id", 7) << "lacks 'id'";
        QTest::newRow("no version") << changed("version", QJsonValue()) << "'version'";
        QTest::newRow("no role") << changed("roles", QJsonArray()) << "one role";
        QTest::newRow("two roles") << changed("roles", QJsonArray{"Hypervisor", "Network"}) << "one role";
        QTest::newRow("unknown role") << changed("roles", QJsonArray{"Cook"}) << "one role";
        QTest::newRow("role as text") << changed("roles", "Hypervisor") << "one role";
        const QJsonObject unknownRule{
            {"type", "object"},
            {"properties", QJsonObject{{"name", QJsonObject{{"type", "string"}, {"minLength", 1}}}}}};
        QTest::newRow("unknown rule for the configuration")
            << changed("config", unknownRule) << "its 'config' is no schema that this agent understands: schema at";
        QTest::newRow("unknown rule for VM options")
            << changed("vmOptions", unknownRule) << "its 'vmOptions' is no schema";
        QTest::newRow("which rule") << changed("config", unknownRule) << "minLength";
        QTest::newRow("configuration as a list") << changed("config", QJsonObject{{"type", "array"}}) << "its 'config'";
    }
    void refusesWithTheReason()
    {
        QFETCH(QJsonObject, data);
        QFETCH(QString, reason);
        const auto metadata = judged(data);
        QVERIFY(!metadata);
        QCOMPARE(metadata.error().code(), Code::FailedPrecondition);
        QVERIFY2(metadata.error().message().contains(reason), qPrintable(metadata.error().message()));
        QVERIFY(metadata.error().message().startsWith("/plugins/hypervisor-x.so: "));
    }

    void refusesAFileThatItMayNotRead()
    {
        const QTemporaryDir folder;
        QFile::setPermissions(folder.path(), QFileDevice::Permissions(0x7755));
        QFile file(folder.filePath("hypervisor-x.so"));
        QVERIFY(file.open(QIODevice::WriteOnly) && file.setPermissions({}));
        const AsNobody nobody;
        QVERIFY(nobody.isActive());
        const auto metadata = PluginMetadata::read(file.fileName());
        QVERIFY(!metadata);
        QCOMPARE(metadata.error().code(), Code::FailedPrecondition);
        QVERIFY2(metadata.error().message().startsWith(file.fileName() + ": cannot be read"),
                 qPrintable(metadata.error().message()));
    }

    void refusesWhatIsNoFile()
    {
        const QTemporaryDir folder;
        const QString loop = folder.filePath("loop.so");
        QVERIFY(QFile::link(loop, loop));
        for (const QString &path : {loop, folder.path(), folder.filePath("none.so")})
            QVERIFY(PluginMetadata::read(path).error().message().contains("is not a file"));
    }

    void refusesPluginsForOthers()
    {
        const auto metadata = judged(goodData(), "org.kde.Style/1");
        QVERIFY(!metadata);
        QVERIFY(metadata.error().message().contains("'org.kde.Style/1'"));
        QVERIFY(!judged(goodData(), "org.ghost.Plugin/2"));
        QVERIFY(!PluginMetadata::judge("x.so", {}));
    }
};

QTEST_GUILESS_MAIN(PluginMetadataTest)
#include "PluginMetadataTest.moc"
