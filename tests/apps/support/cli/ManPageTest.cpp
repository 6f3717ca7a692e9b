// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "cli/ManPage.h"

#include <CLI/CLI.hpp>

#include <QtCore/QProcess>
#include <QtCore/QRegularExpression>
#include <QtCore/QStandardPaths>
#include <QtTest/QTest>

using namespace ghost::cli;

namespace {

constexpr int limitMs = 20'000;

/// Standard output of a program; its errors in front of it if it failed.
QByteArray outputOf(const QString &program, const QStringList &arguments, const QByteArray &input = {})
{
    QProcess process;
    process.setProcessChannelMode(QProcess::MergedChannels);
    process.start(program, arguments);
    process.write(input);
    process.closeWriteChannel();
    if (!process.waitForFinished(limitMs))
        return "did not end: " + process.errorString().toUtf8();
    return process.readAll();
}

QByteArray pageOf(const QString &program)
{
    const QStringList arguments = program == "ghostctl" ? QStringList{"--man"} : QStringList{"--print", "man"};
    return outputOf(qEnvironmentVariable("GHOST_BIN_DIR") + '/' + program, arguments);
}

/// The commands of ghostctl below @p group, as its own help lists them: those that do something.
QStringList commandsOf(const QStringList &group)
{
    const QString help = outputOf(qEnvironmentVariable("GHOST_BIN_DIR") + "/ghostctl", group + QStringList{"--help"});
    static const QRegularExpression list("^Subcommands:\\n((?: .*\\n)+)", QRegularExpression::MultilineOption);
    static const QRegularExpression entry("^  ([a-z][a-z-]*)", QRegularExpression::MultilineOption);
    const QString entries = list.match(help).captured(1);
    if (entries.isEmpty())
        return {group.join(' ')};
    QStringList commands;
    for (auto match = entry.globalMatch(entries); match.hasNext();)
        commands += commandsOf(group + QStringList{match.next().captured(1)});
    return commands;
}

} // namespace

class ManPageTest : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void writesOutWhatTroffWouldObey();
    void tellsWhatTheParserKnows();
    void leavesOutWhatIsHidden();
    void aFooterOfTheWholeIsSaidOnce();
    void troffHasNothingToWarnOf_data();
    void troffHasNothingToWarnOf();
    void namesEveryCommand();
};

void ManPageTest::writesOutWhatTroffWouldObey()
{
    CLI::App app(".so /etc/passwd", "tool-x");
    std::string value;
    app.add_option("--path", value, "a\\b\n'c");
    const QString page = manPage(CommandModel::of(app), {});
    QVERIFY2(page.contains("tool\\-x \\- \\&.so /etc/passwd") || page.contains("tool\\-x \\- .so /etc/passwd"),
             qPrintable(page));
    QVERIFY2(page.contains("a\\eb\n\\&'c"), qPrintable(page));
    QVERIFY(!page.contains("\n.so"));
}

void ManPageTest::tellsWhatTheParserKnows()
{
    CLI::App app("Does it", "tool");
    std::string value;
    bool flag = false;
    CLI::App *sub = app.add_subcommand("go", "Go there");
    sub->add_option("WHERE", value, "The place")->required();
    sub->add_option("-s,--speed", value, "How fast")->type_name("slow|fast")->required();
    sub->add_flag("--now", flag, "At once");
    const CommandModel model = CommandModel::of(app);
    const CommandModel &go = model.commands.at(0);
    QCOMPARE(go.words.at(0).value, QString("WHERE"));
    const OptionModel &speed = go.options.at(1); // behind --help
    QCOMPARE(speed.choices, QStringList({"slow", "fast"}));
    QVERIFY(speed.takesValue);
    QVERIFY(!go.options.at(2).takesValue);
    const QString page = manPage(model, {});
    QVERIFY2(
        page.contains(".SS \\fBtool go\\fR \\fB\\-\\-speed\\fR \\fIslow|fast\\fR [\\fIoption\\fR...] \\fIWHERE\\fR\n"),
        qPrintable(page));
    QVERIFY2(page.contains("\\fB\\-s\\fR, \\fB\\-\\-speed\\fR \\fIslow|fast\\fR\nHow fast (required)\n"),
             qPrintable(page));
}

void ManPageTest::leavesOutWhatIsHidden()
{
    CLI::App app("Does it", "tool");
    bool flag = false;
    app.add_flag("--secret", flag)->group("");
    app.add_subcommand("inner", "For the build")->group("");
    const CommandModel model = CommandModel::of(app);
    QVERIFY(model.commands.empty());
    QVERIFY(!manPage(model, {}).contains("secret"));
}

void ManPageTest::aFooterOfTheWholeIsSaidOnce()
{
    CLI::App app("Does it", "tool");
    app.footer("Of all.");
    app.add_subcommand("one", "First");
    QCOMPARE(CommandModel::of(app).footer, QString("Of all."));
    QCOMPARE(CommandModel::of(app).commands.at(0).footer, QString());
}

void ManPageTest::troffHasNothingToWarnOf_data()
{
    QTest::addColumn<QString>("program");
    for (const char *program : {"ghostctl", "ghost-agent", "ghost-cloud", "ghost-plugin-check"})
        QTest::newRow(program) << program;
}

void ManPageTest::troffHasNothingToWarnOf()
{
    QFETCH(QString, program);
    if (QStandardPaths::findExecutable("groff").isEmpty())
        QSKIP("no groff (Debian package groff-base)");
    const QByteArray page = pageOf(program);
    QVERIFY(page.contains(".SH NAME"));
    QCOMPARE(outputOf("groff", {"-k", "-man", "-Tutf8", "-ww", "-z"}, page), QByteArray());
}

void ManPageTest::namesEveryCommand()
{
    const QByteArray page = pageOf("ghostctl");
    const QStringList commands = commandsOf({});
    QVERIFY2(commands.size() > 30, qPrintable(commands.join(u'\n')));
    QCOMPARE(page.count("\n.SS "), commands.size());
    for (const QString &command : commands) {
        const QByteArray written = QString(command).replace('-', "\\-").toUtf8();
        QVERIFY2(page.contains(".SS \\fBghostctl " + written + "\\fR"), written.constData());
    }
    QVERIFY(!page.contains("\\-\\-man"));
}

QTEST_GUILESS_MAIN(ManPageTest)
#include "ManPageTest.moc"
