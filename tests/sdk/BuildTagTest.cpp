// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include <version>

#include <QtTest/QtTest>
#include <tl/expected.hpp>

#include "ghost/BuildTag.h"

using namespace ghost;

/// What GhostBuildTag.cmake has asked of the compiler, asked of it once more.
class BuildTagTest : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void isWhatThisBuildIs()
    {
        QCOMPARE(buildTag(), QString("libstdc++-%1-%2-expected%3.%4-%5-%6")
                                 .arg(_GLIBCXX_USE_CXX11_ABI ? "cxx11" : "cxx98", QSysInfo::buildCpuArchitecture())
                                 .arg(TL_EXPECTED_VERSION_MAJOR)
                                 .arg(TL_EXPECTED_VERSION_MINOR)
                                 .arg(sanitizer(), isDebug ? "debug" : "nodebug"));
    }

private:
#ifdef _GLIBCXX_DEBUG
    static constexpr bool isDebug = true;
#else
    static constexpr bool isDebug = false;
#endif
    static QString sanitizer()
    {
#if defined(__SANITIZE_ADDRESS__)
        return "address";
#elif defined(__SANITIZE_THREAD__)
        return "thread";
#else
        return "nosan";
#endif
    }
};

QTEST_GUILESS_MAIN(BuildTagTest)
#include "BuildTagTest.moc"
