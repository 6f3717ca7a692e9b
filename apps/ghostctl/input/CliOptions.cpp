// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "input/CliOptions.h"

#include <CLI/CLI.hpp>

#include "input/DurationParser.h"
#include "input/EventKind.h"
#include "input/ForwardParser.h"
#include "input/SizeParser.h"
#include "input/SshKeyFile.h"

namespace ghost::ctl {
namespace {

/// An option whose value goes through @p parse; its error is CLI11's error.
template <class Value, class Target>
CLI::Option *addParsed(CLI::App &app, const std::string &name, Target &target, const char *help,
                       Result<Value> (*parse)(QStringView))
{
    return app.add_option_function<std::string>(
        name,
        [name, &target, parse](const std::string &text) {
            const Result<Value> value = parse(QString::fromStdString(text));
            if (!value)
                throw CLI::ValidationError(name, value.error().text().toStdString());
            target = *value;
        },
        help);
}

/// As addParsed, of an option that may be repeated.
template <class Value>
CLI::Option *addParsedList(CLI::App &app, const std::string &name, QList<Value> &target, const char *help,
                           Result<Value> (*parse)(QStringView))
{
    return app
        .add_option_function<std::vector<std::string>>(
            name,
            [name, &target, parse](const std::vector<std::string> &texts) {
                for (const std::string &text : texts) {
                    const Result<Value> value = parse(QString::fromStdString(text));
                    if (!value)
                        throw CLI::ValidationError(name, value.error().text().toStdString());
                    target.append(*value);
                }
            },
            help)
        ->take_all();
}

Result<int> parseNumber(QStringView text)
{
    bool isNumber = false;
    const int number = text.toInt(&isNumber);
    if (!isNumber)
        return Error(Code::InvalidArgument, QStringLiteral("'%1' is not a whole number").arg(text));
    return number;
}

Result<qint64> parseCount(QStringView text)
{
    bool isNumber = false;
    const qint64 number = text.toLongLong(&isNumber);
    if (!isNumber || number < 0)
        return Error(Code::InvalidArgument, QStringLiteral("'%1' is not a whole number from 0 on").arg(text));
    return number;
}

} // namespace

CLI::Option *addText(CLI::App &app, const char *name, QString &target, const char *help)
{
    return app
        .add_option_function<std::string>(
            name, [&target](const std::string &text) { target = QString::fromStdString(text); }, help)
        ->type_name("");
}

CLI::Option *addTexts(CLI::App &app, const char *name, QStringList &target, const char *help)
{
    return app
        .add_option_function<std::vector<std::string>>(
            name,
            [&target](const std::vector<std::string> &texts) {
                for (const std::string &text : texts)
                    target.append(QString::fromStdString(text));
            },
            help)
        // One value each time it is given: the word behind it is not swallowed.
        ->allow_extra_args(false)
        ->take_all()
        ->type_name("");
}

CLI::Option *addSwitch(CLI::App &app, const char *name, bool &target, const char *help)
{
    return app.add_flag(name, target, help);
}

CLI::Option *addNumber(CLI::App &app, const char *name, std::optional<int> &target, const char *help)
{
    return addParsed<int>(app, name, target, help, &parseNumber)->type_name("N");
}

CLI::Option *addCount(CLI::App &app, const char *name, std::optional<qint64> &target, const char *help)
{
    return addParsed<qint64>(app, name, target, help, &parseCount)->type_name("N");
}

CLI::Option *addSize(CLI::App &app, const char *name, std::optional<qint64> &target, const char *help)
{
    return addParsed<qint64>(app, name, target, help, &parseSize)->type_name("SIZE");
}

CLI::Option *addDuration(CLI::App &app, const char *name, std::optional<std::chrono::milliseconds> &target,
                         const char *help)
{
    return addParsed<std::chrono::milliseconds>(app, name, target, help, &parseDuration)->type_name("DURATION");
}

CLI::Option *addSshKeys(CLI::App &app, const char *name, QStringList &target, const char *help)
{
    const std::string option = name;
    return app
        .add_option_function<std::vector<std::string>>(
            option,
            [option, &target](const std::vector<std::string> &files) {
                for (const std::string &file : files) {
                    const Result<QStringList> keys = readSshKeys(QString::fromStdString(file));
                    if (!keys)
                        throw CLI::ValidationError(option, keys.error().text().toStdString());
                    target += *keys;
                }
            },
            help)
        ->allow_extra_args(false)
        ->take_all()
        ->type_name("FILE");
}

CLI::Option *addForwards(CLI::App &app, const char *name, QList<PortForward> &target, const char *help)
{
    return addParsedList<PortForward>(app, name, target, help, &parseForward)->type_name("");
}

CLI::Option *addEventKinds(CLI::App &app, const char *name, QStringList &target, const char *help)
{
    return addParsedList<QString>(app, name, target, help, &parseEventKind)->allow_extra_args(false)->type_name("KIND");
}

CLI::Option *addChoice(CLI::App &app, const char *name, QString &target, const QStringList &choices, const char *help)
{
    const std::string option = name;
    return app
        .add_option_function<std::string>(
            option,
            [option, &target, choices](const std::string &text) {
                target = QString::fromStdString(text);
                if (!choices.contains(target))
                    throw CLI::ValidationError(option, "'" + text + "' is not one of " +
                                                           choices.join(QStringLiteral(", ")).toStdString());
            },
            help)
        ->type_name(choices.join(u'|').toStdString());
}

} // namespace ghost::ctl
