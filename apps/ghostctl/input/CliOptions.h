// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <optional>

#include <QtCore/QString>
#include <QtCore/QStringList>

#include "ghost/PortForward.h"

namespace CLI {
class App;
class Option;
} // namespace CLI

namespace ghost::ctl {

// The kinds of option that commands have. Each writes its value into @p target, which outlives the parse; a value that
// is wrong ends the program with its reason and exit code 2.

CLI::Option *addText(CLI::App &app, const char *name, QString &target, const char *help);
CLI::Option *addTexts(CLI::App &app, const char *name, QStringList &target, const char *help);
CLI::Option *addSwitch(CLI::App &app, const char *name, bool &target, const char *help);
CLI::Option *addNumber(CLI::App &app, const char *name, std::optional<int> &target, const char *help);
/// From 0 on.
CLI::Option *addCount(CLI::App &app, const char *name, std::optional<qint64> &target, const char *help);
CLI::Option *addSize(CLI::App &app, const char *name, std::optional<qint64> &target, const char *help);
CLI::Option *addDuration(CLI::App &app, const char *name, std::optional<std::chrono::milliseconds> &target,
                         const char *help);
/// Files with public keys; @p target gets the keys.
CLI::Option *addSshKeys(CLI::App &app, const char *name, QStringList &target, const char *help);
/// `8080:80` and the like, as parseForward reads them; at least one where it is required.
CLI::Option *addForwards(CLI::App &app, const char *name, QList<PortForward> &target, const char *help);
/// `vm.created`, or the family `vm`, as parseEventKind reads them.
CLI::Option *addEventKinds(CLI::App &app, const char *name, QStringList &target, const char *help);
/// One word of @p choices.
CLI::Option *addChoice(CLI::App &app, const char *name, QString &target, const QStringList &choices, const char *help);

} // namespace ghost::ctl
