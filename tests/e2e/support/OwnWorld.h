// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QtCore/QString>

namespace ghost::e2e {

/// Runs this program anew in a world of its own: mounts, network, processes and libvirtd (own-world says how). To be
/// called first in main(). Returns in that world, or where there can be none.
void enterOwnWorld(char **argv);

/// Empty in a world of one's own, else the reason why there is none.
QString missingWorld();

} // namespace ghost::e2e

/// main() of a test that needs a real libvirtd.
#define GHOST_E2E_MAIN(TestClass)                                                                                      \
    int main(int argc, char **argv)                                                                                    \
    {                                                                                                                  \
        ghost::e2e::enterOwnWorld(argv);                                                                               \
        QCoreApplication application(argc, argv);                                                                      \
        TestClass test;                                                                                                \
        return QTest::qExec(&test, argc, argv);                                                                        \
    }
