// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include <QtCore/QFile>
#include <QtCore/QProcess>
#include <QtCore/QStandardPaths>
#include <QtCore/QTemporaryDir>
#include <QtTest/QTest>

namespace {

constexpr int limitMs = 20'000;

QString outputOf(const QString &program, const QStringList &arguments, const QProcessEnvironment &environment)
{
    QProcess process;
    process.setProcessChannelMode(QProcess::MergedChannels);
    process.setProcessEnvironment(environment);
    process.start(program, arguments);
    process.closeWriteChannel();
    if (!process.waitForFinished(limitMs))
        return "did not end: " + process.errorString();
    return QString::fromUtf8(process.readAll());
}

// The shell's own part, played: it hands the words over and takes the candidates.

const char *const bashPlay = "source \"$1\"; shift; COMP_WORDS=(\"$@\"); COMP_CWORD=$(($# - 1));"
                             "_ghostctl; printf '%s\\n' \"${COMPREPLY[@]}\"";
const char *const zshPlay = "script=$1; shift; words=(\"$@\"); CURRENT=$#;"
                            "_describe() { print -l -- ${(P)2%%:*}; };"
                            "compadd() { shift; print -l -- \"$@\"; }; _files() { print FILES; }; _message() { :; };"
                            "ghostctl_completion() { source $script; }; ghostctl_completion";
const char *const fishPlay = "source $argv[1]; complete -C \"$argv[2..]\" | string replace -r '\\t.*' ''";

} // namespace

/// Completions as each shell runs them.
class CompletionTest : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void offersWhatMayComeNext_data();
    void offersWhatMayComeNext();

private:
    QStringList offered(const QString &shell, const QStringList &words) const;

    QTemporaryDir m_folder;
    QProcessEnvironment m_environment = QProcessEnvironment::systemEnvironment();
};

void CompletionTest::initTestCase()
{
    const QString program = qEnvironmentVariable("GHOST_BIN_DIR") + "/ghostctl";
    for (const char *shell : {"bash", "zsh", "fish"}) {
        QFile script(m_folder.filePath(shell));
        QVERIFY(script.open(QIODevice::WriteOnly));
        script.write(outputOf(program, {"completion", shell}, m_environment).toUtf8());
    }
    // In the place of ghostctl, which completions ask for names.
    QFile fake(m_folder.filePath("ghostctl"));
    QVERIFY(fake.open(QIODevice::WriteOnly));
    fake.write("#!/bin/sh\n"
               "test \"$*\" = '--timeout 2s vm list' || exit 1\n"
               "printf 'NAME STATE\\nalpha running\\nbeta stopped\\n'\n");
    fake.setPermissions(QFile::ReadOwner | QFile::WriteOwner | QFile::ExeOwner);
    m_environment.insert("PATH", m_folder.path() + ':' + m_environment.value("PATH"));
    m_environment.insert("HOME", m_folder.path());
    m_environment.insert("XDG_CONFIG_HOME", m_folder.path());
    m_environment.insert("LC_ALL", "C.UTF-8");
}

QStringList CompletionTest::offered(const QString &shell, const QStringList &words) const
{
    const QString script = m_folder.filePath(shell);
    QString text;
    if (shell == "bash")
        text = outputOf("bash", QStringList{"--norc", "-c", bashPlay, "bash", script} + words, m_environment);
    else if (shell == "zsh")
        text = outputOf("zsh", QStringList{"-f", "-c", zshPlay, "zsh", script} + words, m_environment);
    else
        text = outputOf("fish", QStringList{"-N", "-c", fishPlay, script} + words, m_environment);
    // zsh narrows down what it is offered by itself.
    QStringList found = text.split('\n', Qt::SkipEmptyParts);
    if (shell == "zsh" && !found.contains("FILES"))
        found = found.filter(QRegularExpression('^' + QRegularExpression::escape(words.last())));
    found.sort();
    return found;
}

void CompletionTest::offersWhatMayComeNext_data()
{
    QTest::addColumn<QString>("shell");
    QTest::addColumn<QStringList>("words");
    QTest::addColumn<QStringList>("expected");
    for (const char *shell : {"bash", "zsh", "fish"}) {
        const auto row = [shell](const char *line, const QStringList &expected) {
            QTest::addRow("%s: %s", shell, line) << shell << QString(line).split(' ') << expected;
        };
        row("ghostctl v", {"version", "vm", "vms"});
        row("ghostctl vm forward ", {"add", "list", "remove"});
        row("ghostctl vm st", {"start", "status", "stop"});
        row("ghostctl vm create --no", {"--no-wait"});
        row("ghostctl vm create --accel ", {"auto", "kvm", "tcg"});
        row("ghostctl vm create --accel k", {"kvm"});
        row("ghostctl -o json vm create --stopped --ac", {"--accel"});
        row("ghostctl --root vm im", {"image"}); // that `vm` is a folder
        row("ghostctl vm start ", {"alpha", "beta"});
        row("ghostctl vm delete --force a", {"alpha"});
        row("ghostctl operation list --vm b", {"beta"});
        row("ghostctl image remove ", {});
        row("ghostctl completion ", {"bash", "fish", "zsh"});
        row("ghostctl --man", {}); // for the build alone
    }
}

void CompletionTest::offersWhatMayComeNext()
{
    QFETCH(QString, shell);
    QFETCH(QStringList, words);
    QFETCH(QStringList, expected);
    if (QStandardPaths::findExecutable(shell).isEmpty())
        QSKIP(qPrintable("no " + shell));
    QCOMPARE(offered(shell, words), expected);
}

QTEST_GUILESS_MAIN(CompletionTest)
#include "CompletionTest.moc"
