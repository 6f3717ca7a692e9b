// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
//
// durable-file-writer <path> <text>: one DurableFile::write, under whatever strace does to it. Exit 0 when it said Ok,
// 1 with the error on stdout.
#include <cstdio>

#include "state/DurableFile.h"

int main(int argc, char **argv)
{
    if (argc != 3)
        return 2;
    ghost::DurableFile file(QString::fromLocal8Bit(argv[1]));
    const auto written = file.write(argv[2]);
    if (written)
        return 0;
    std::printf("%s: %s\n", qPrintable(ghost::codeName(written.error().code())), qPrintable(written.error().text()));
    return 1;
}
