// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "cli/WrongUsage.h"

#include <algorithm>

#include <CLI/CLI.hpp>

#include <QtTest/QTest>

#include "cli/NotEmpty.h"

using namespace ghost::cli;

namespace {

std::vector<std::string> wordsOf(const QString &line)
{
    std::vector<std::string> words;
    for (const QString &word : line.split(' ', Qt::SkipEmptyParts))
        words.push_back(word == "EMPTY" ? std::string() : word.toStdString());
    std::reverse(words.begin(), words.end()); // as CLI11 takes them
    return words;
}

/// The first line of what is said of @p line; empty: nothing is wrong with it.
QString saidOf(CLI::App &app, const QString &line)
{
    try {
        app.parse(wordsOf(line));
    } catch (const CLI::ParseError &error) {
        return wrongUsage(app, error).first();
    }
    return {};
}

} // namespace

class WrongUsageTest : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void ofAProgramWithCommands_data();
    void ofAProgramWithCommands();
    void ofAProgramWithout_data();
    void ofAProgramWithout();
    void namesTheHelpOfItsPlace();

private:
    /// `tool vm list|create`, `tool status`
    void addCommands(CLI::App &app);

    std::string m_value;
};

void WrongUsageTest::addCommands(CLI::App &app)
{
    app.fallthrough();
    app.require_subcommand(1);
    app.add_option("--root", m_value, "")->type_name("DIR")->check(notEmpty("root"));
    app.add_option("-o,--output", m_value, "")->type_name("table|json");
    app.add_flag("--hidden")->group("");
    CLI::App *vm = app.add_subcommand("vm", "")->require_subcommand(1);
    vm->add_subcommand("list", "");
    vm->add_subcommand("create", "")->add_option("--name", m_value, "")->type_name("NAME")->required();
    app.add_subcommand("status", "");
}

void WrongUsageTest::ofAProgramWithCommands_data()
{
    QTest::addColumn<QString>("said");
    const auto row = [](const char *line, const char *said) { QTest::newRow(line) << QString(said); };
    row("vm list", "");
    row("", "tool: a word is missing: vm status");
    row("vm", "tool vm: a word is missing: list create");
    row("wm list", "tool: 'wm' is not known; did you mean 'vm'?");
    row("xyzzy", "tool: 'xyzzy' is not known; there are: vm status");
    row("vm list x", "tool vm list: 'x' was not expected");
    row("vm list --", "");
    row("vm list -- x", "tool vm list: 'x' was not expected");
    row("vm list -x", "tool vm list: '-x' is not known");
    row("vm list --hiden", "tool vm list: '--hiden' is not known");
    row("vm list --rot=/x", "tool vm list: '--rot' is not known; did you mean '--root'?");
    row("vm create my-vm", "tool vm create: 'my-vm' was not expected; did you mean '--name my-vm'?");
    row("vm create my-vm --name x", "tool vm create: 'my-vm' was not expected");
    row("vm create", "tool vm create: --name is required");
    row("--root", "tool: --root needs DIR");
    row("--root=", "tool: --root needs DIR");
    row("vm list -o", "tool vm list: --output needs one of table, json");
    row("--root vm list", "tool: --root needs DIR; 'vm' was taken for it");
    row("--root status", "tool: --root needs DIR; 'status' was taken for it");
    row("vm --root list", "tool vm: --root needs DIR; 'list' was taken for it");
    row("--root vm wm", "tool: 'wm' is not known; did you mean 'vm'?");
    row("--root EMPTY vm list", "tool vm list: --root: the root is empty");
    row("--root a --root b vm list", "tool vm list: --root is given more than once");
}

void WrongUsageTest::ofAProgramWithCommands()
{
    QFETCH(QString, said);
    CLI::App app("", "tool");
    addCommands(app);
    QCOMPARE(saidOf(app, QTest::currentDataTag()), said);
}

void WrongUsageTest::ofAProgramWithout_data()
{
    QTest::addColumn<QString>("said");
    const auto row = [](const char *line, const char *said) { QTest::newRow(line) << QString(said); };
    row("x", "tool: 'x' was not expected");
    row("x --rot", "tool: '--rot' is not known; did you mean '--root'?");
    row("--rot x", "tool: '--rot' is not known; did you mean '--root'?");
    row("--seconds", "tool: --seconds needs SECONDS");
    row("--seconds 99", "tool: --seconds: '99' is not from 1 to 9");
    row("--profile", "tool: --profile needs one of quick, full");
    row("--profile slow", "tool: --profile: 'slow' is not one of quick, full");
    row("--root x --plain", "tool: --plain needs a value");
}

void WrongUsageTest::ofAProgramWithout()
{
    QFETCH(QString, said);
    CLI::App app("", "tool");
    int seconds = 0;
    app.add_option("--root", m_value, "")->type_name("DIR");
    app.add_option("--plain", m_value, "")->type_name("");
    app.add_option("--seconds", seconds, "")->check(CLI::Range(1, 9))->type_name("SECONDS");
    app.add_option("--profile", m_value, "")->check(CLI::IsMember({"quick", "full"}));
    QCOMPARE(saidOf(app, QTest::currentDataTag()), said);
}

void WrongUsageTest::namesTheHelpOfItsPlace()
{
    CLI::App app("", "tool");
    addCommands(app);
    try {
        app.parse(wordsOf("vm lst"));
        QFAIL("was parsed");
    } catch (const CLI::ParseError &error) {
        QCOMPARE(wrongUsage(app, error),
                 (QStringList{"tool vm: 'lst' is not known; did you mean 'list'?", "see: tool vm --help"}));
    }
}

QTEST_GUILESS_MAIN(WrongUsageTest)
#include "WrongUsageTest.moc"
