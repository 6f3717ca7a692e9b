// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "support/OwnWorld.h"

#include <cstdlib>
#include <vector>

#include <unistd.h>

#include <QtCore/QFile>

namespace ghost::e2e {

void enterOwnWorld(char **argv)
{
    if (::getenv("GHOST_E2E_WORLD"))
        return;
    const QByteArray script = qgetenv("GHOST_SOURCE_DIR") + "/tests/e2e/support/own-world";
    QByteArray self = QFile::encodeName(QFile::symLinkTarget(QStringLiteral("/proc/self/exe")));
    std::vector<char *> arguments{const_cast<char *>(script.constData()), self.data()};
    for (char **argument = argv + 1; *argument; ++argument)
        arguments.push_back(*argument);
    arguments.push_back(nullptr);
    ::execv(script.constData(), arguments.data());
    ::setenv("GHOST_E2E_WORLD", "GHOST_SOURCE_DIR/tests/e2e/support/own-world cannot be run", 1);
}

QString missingWorld()
{
    const QString world = qEnvironmentVariable("GHOST_E2E_WORLD");
    return world == QStringLiteral("own") ? QString() : world;
}

} // namespace ghost::e2e
