// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QtCore/QString>

namespace CLI {
class App;
}

namespace ghost::ctl {

/// The source of ghostctl(1), from its command line.
QString manualPage(const CLI::App &app);

} // namespace ghost::ctl
