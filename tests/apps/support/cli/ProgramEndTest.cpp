// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include <QtCore/QProcess>
#include <QtTest/QTest>

namespace {

constexpr int limitMs = 20'000;

struct End
{
    int exitCode = -1; ///< -1: it did not end in time, or crashed
    QString err;
};

End endOf(const QString &program, const QStringList &arguments, const QString &output = {})
{
    QProcess process;
    if (!output.isEmpty())
        process.setStandardOutputFile(output);
    process.start(qEnvironmentVariable("GHOST_BIN_DIR") + '/' + program, arguments);
    process.closeWriteChannel();
    End end;
    if (process.waitForFinished(limitMs) && process.exitStatus() == QProcess::NormalExit)
        end.exitCode = process.exitCode();
    end.err = QString::fromUtf8(process.readAllStandardError());
    return end;
}

} // namespace

/// How our programs end that were asked for help, or given words that they do not know: all in the same way.
class ProgramEndTest : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void saysWhatIsWrong_data();
    void saysWhatIsWrong();
    void anAnswerThatCannotBeWrittenIsAnError_data();
    void anAnswerThatCannotBeWrittenIsAnError();
};

void ProgramEndTest::saysWhatIsWrong_data()
{
    QTest::addColumn<QString>("program");
    QTest::addColumn<QStringList>("arguments");
    QTest::addColumn<QString>("why");
    const auto row = [](const char *program, const QStringList &arguments, const char *why) {
        QTest::addRow("%s %s", program, qPrintable(arguments.join(' '))) << program << arguments << QString(why);
    };
    row("ghostctl", {"--rot", "x"}, "'--rot' is not known; did you mean '--root'?");
    row("ghost-agent", {"x", "--rot"}, "'--rot' is not known; did you mean '--root'?");
    row("ghost-agent", {"x"}, "'x' was not expected");
    row("ghost-agent", {"--root"}, "--root needs DIR");
    row("ghost-agent", {"--set", "log"}, "--set: 'log' is not of the form key=value");
    // What a script's unset variable leaves behind must not be the system's agent.
    row("ghost-agent", {"--check-config", "--root", ""}, "--root: the root is empty");
    row("ghost-agent", {"--check-config", "--config", ""}, "--config: the path is empty");
    row("ghost-agent", {"--check-config", "--plugins", ""}, "--plugins: the path is empty");
    row("ghost-cloud", {}, "--data is required");
    row("ghost-cloud", {"--dta", "/x"}, "'--dta' is not known; did you mean '--data'?");
    row("ghost-cloud", {"--data", "/x", "--interval", "0"}, "--interval: '0' is not from 1 to 3600");
    row("ghost-cloud", {"--data", "/x", "--listen"}, "--listen needs ADDRESS:PORT");
    row("ghost-plugin-check", {}, "plugin is required");
    row("ghost-plugin-check", {"a.so", "b.so"}, "'b.so' was not expected");
    row("ghost-plugin-check", {"a.so", "--profil", "full"}, "'--profil' is not known; did you mean '--profile'?");
    row("ghost-plugin-check", {"a.so", "--profile", "slow"}, "--profile: 'slow' is not one of quick, full");
}

void ProgramEndTest::saysWhatIsWrong()
{
    QFETCH(QString, program);
    QFETCH(QStringList, arguments);
    QFETCH(QString, why);
    const End end = endOf(program, arguments);
    QCOMPARE(end.err, QString("%1: %2\nsee: %1 --help\n").arg(program, why));
    QCOMPARE(end.exitCode, program == "ghostctl" ? 2 : 64);
}

void ProgramEndTest::anAnswerThatCannotBeWrittenIsAnError_data()
{
    QTest::addColumn<QString>("program");
    QTest::addColumn<QStringList>("arguments");
    for (const char *program : {"ghostctl", "ghost-agent", "ghost-cloud", "ghost-plugin-check"})
        for (const char *option : {"--help", "--version"})
            QTest::addRow("%s %s", program, option) << program << QStringList{option};
    QTest::newRow("ghostctl vm list --help") << "ghostctl" << QStringList{"vm", "list", "--help"};
    QTest::newRow("ghostctl --man") << "ghostctl" << QStringList{"--man"};
    QTest::newRow("ghost-agent --print man") << "ghost-agent" << QStringList{"--print", "man"};
}

void ProgramEndTest::anAnswerThatCannotBeWrittenIsAnError()
{
    QFETCH(QString, program);
    QFETCH(QStringList, arguments);
    QCOMPARE(endOf(program, arguments, "/dev/null").exitCode, 0);
    const End end = endOf(program, arguments, "/dev/full");
    QCOMPARE(end.exitCode, program == "ghostctl" ? 3 : 74);
    QCOMPARE(end.err, program + ": cannot write to standard output: No space left on device\n");
}

QTEST_GUILESS_MAIN(ProgramEndTest)
#include "ProgramEndTest.moc"
