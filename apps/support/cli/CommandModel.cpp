// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "cli/CommandModel.h"

#include <CLI/CLI.hpp>

namespace ghost::cli {

namespace {

OptionModel optionOf(const CLI::Option &option)
{
    OptionModel model;
    for (const std::string &name : option.get_snames())
        model.names.append(QStringLiteral("-") + QString::fromStdString(name));
    for (const std::string &name : option.get_lnames())
        model.names.append(QStringLiteral("--") + QString::fromStdString(name));
    model.takesValue = option.get_items_expected_max() > 0;
    model.value = QString::fromStdString(option.get_type_name());
    if (model.value.contains(u'|'))
        model.choices = model.value.split(u'|');
    if (model.names.isEmpty())
        model.value = QString::fromStdString(option.get_name(true));
    model.isRequired = option.get_required();
    model.isRepeatable = option.get_multi_option_policy() == CLI::MultiOptionPolicy::TakeAll && model.takesValue;
    model.help = QString::fromStdString(option.get_description());
    return model;
}

} // namespace

bool OptionModel::isFile() const
{
    return value == QStringLiteral("FILE") || value == QStringLiteral("DIR") || value == QStringLiteral("PATH");
}

CommandModel CommandModel::of(const CLI::App &app)
{
    CommandModel model;
    model.name = QString::fromStdString(app.get_name());
    model.summary = QString::fromStdString(app.get_description());
    model.footer = QString::fromStdString(app.get_footer());
    for (const CLI::Option *option : app.get_options()) {
        if (option->get_group().empty())
            continue;
        OptionModel described = optionOf(*option);
        (described.names.isEmpty() ? model.words : model.options).push_back(std::move(described));
    }
    for (const CLI::App *command : app.get_subcommands([](const CLI::App *) { return true; })) {
        if (command->get_group().empty())
            continue;
        model.commands.push_back(of(*command));
        // A command begins with its parent's footer: that is said once.
        QString &footer = model.commands.back().footer;
        if (footer.startsWith(model.footer))
            footer = footer.mid(model.footer.size()).trimmed();
    }
    return model;
}

} // namespace ghost::cli
