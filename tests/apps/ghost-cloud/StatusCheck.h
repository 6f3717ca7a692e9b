// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <grpcpp/support/status.h>

#include <QtTest/QTest>

/// A call and the code that it must end with.
#define VERIFY_CODE(call, code)                                                                                        \
    do {                                                                                                               \
        const grpc::Status outcome = (call);                                                                           \
        QVERIFY2(outcome.error_code() == grpc::StatusCode::code,                                                       \
                 (std::to_string(outcome.error_code()) + ' ' + outcome.error_message()).c_str());                      \
    } while (false)
