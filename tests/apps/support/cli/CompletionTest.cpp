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
                             "compopt() { echo FILES; };"
                             "_${1//-/_}; printf '%s\\n' \"${COMPREPLY[@]}\"";
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
    const QString programs = qEnvironmentVariable("GHOST_BIN_DIR") + '/';
    for (const QString shell : {"bash", "zsh", "fish"}) {
        for (const QString program : {"ghostctl", "ghost-agent"}) {
            QFile script(m_folder.filePath(program + '.' + shell));
            QVERIFY(script.open(QIODevice::WriteOnly));
            const QString ask = program == "ghostctl" ? "completion" : "--print";
            script.write(outputOf(programs + program, {ask, shell}, m_environment).toUtf8());
        }
    }
    // In the place of ghostctl, which completions ask for names.
    QFile fake(m_folder.filePath("ghostctl"));
    QVERIFY(fake.open(QIODevice::WriteOnly));
    fake.write("#!/bin/sh\n"
               "case \"$*\" in\n"
               "    '--timeout 2s vm list') printf 'NAME STATE\\nalpha running\\nbeta stopped\\n' ;;\n"
               "    '--root /srv/other --timeout 2s vm list') printf 'NAME STATE\\nother running\\n' ;;\n"
               "    '--root=/srv/other --timeout 2s vm list') printf 'NAME STATE\\nother running\\n' ;;\n"
               "    \"--root $HOME/other --timeout 2s vm list\") printf 'NAME STATE\\nmine running\\n' ;;\n"
               "    '--agent 127.0.0.1:9091 --tls-ca ca.crt --timeout 2s vm list') "
               "printf 'NAME STATE\\nfar running\\n' ;;\n"
               "    *) exit 1 ;;\n"
               "esac\n");
    fake.setPermissions(QFile::ReadOwner | QFile::WriteOwner | QFile::ExeOwner);
    m_environment.insert("PATH", m_folder.path() + ':' + m_environment.value("PATH"));
    m_environment.insert("HOME", m_folder.path());
    m_environment.insert("XDG_CONFIG_HOME", m_folder.path());
    m_environment.insert("LC_ALL", "C.UTF-8");
}

QStringList CompletionTest::offered(const QString &shell, const QStringList &words) const
{
    const QString script = m_folder.filePath(words.first() + '.' + shell);
    QString text;
    if (shell == "bash")
        text = outputOf("bash", QStringList{"--norc", "-c", bashPlay, "bash", script} + words, m_environment);
    else if (shell == "zsh")
        text = outputOf("zsh", QStringList{"-f", "-c", zshPlay, "zsh", script} + words, m_environment);
    else
        text = outputOf("fish", QStringList{"-N", "-c", fishPlay, script} + words, m_environment);
    // zsh narrows down what it is offered by itself.
    QStringList found = text.split('\n', Qt::SkipEmptyParts);
    if (found.contains("FILES"))
        return {"FILES"};
    if (shell == "zsh")
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
        row("ghostctl --root /srv/other vm start ", {"other"});
        row("ghostctl vm delete --root=/srv/other --force ", {"other"});
        row("ghostctl vm start -o json --timeout 5s --root ~/other ", {"mine"});
        row("ghostctl events --root \"/srv/other\" --subject ", {"other"});
        row("ghostctl command start --agent box ", {"alpha", "beta"}); // that is no agent's address
        row("ghostctl image remove ", {});
        row("ghostctl completion ", {"bash", "fish", "zsh"});
        row("ghostctl --man", {}); // for the build alone
        row("ghost-agent --ch", {"--check-config"});
        row("ghost-agent --safe", {"--safe-mode"});
    }
    // bash takes an address for three words, and --root=/x, too.
    const auto far = [](const char *shell, const char *line, const char *name) {
        QTest::addRow("%s: %s", shell, line) << shell << QString(line).split(' ') << QStringList{name};
    };
    far("bash", "ghostctl --agent 127.0.0.1 : 9091 --tls-ca ca.crt vm start ", "far");
    far("bash", "ghostctl --root = /srv/other vm start ", "other");
    for (const char *shell : {"zsh", "fish"})
        far(shell, "ghostctl --agent 127.0.0.1:9091 --tls-ca ca.crt vm start ", "far");
    // fish offers files by itself. A command is none: readline would make it `image/` where there is a folder `image`.
    for (const char *shell : {"bash", "zsh"})
        for (const char *line : {"ghost-agent --config ", "ghostctl --tls-ca "})
            QTest::addRow("%s: %s", shell, line) << shell << QString(line).split(' ') << QStringList{"FILES"};
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
