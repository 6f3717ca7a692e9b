// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "GrpcLog.h"

#include <mutex>

#include <grpc/support/log.h>

namespace ghost::api {

namespace {

std::mutex contextMutex; // held while a line is written, so that the context outlives the call
PluginContext *logContext = nullptr;

LogLevel levelOf(gpr_log_severity severity)
{
    switch (severity) {
    case GPR_LOG_SEVERITY_DEBUG:
        return LogLevel::Debug;
    case GPR_LOG_SEVERITY_INFO:
        return LogLevel::Info;
    case GPR_LOG_SEVERITY_ERROR:
        break;
    }
    return LogLevel::Error;
}

void write(gpr_log_func_args *line)
{
    const std::lock_guard lock(contextMutex);
    if (logContext)
        logContext->log(levelOf(line->severity), QStringLiteral("grpc: %1").arg(QString::fromUtf8(line->message)));
}

void exchange(PluginContext *context)
{
    const std::lock_guard lock(contextMutex);
    logContext = context;
}

} // namespace

GrpcLog::GrpcLog(PluginContext &context)
{
    exchange(&context);
    gpr_set_log_function(write);
}

GrpcLog::~GrpcLog()
{
    gpr_set_log_function(nullptr); // back to gRPC's own
    exchange(nullptr);
}

} // namespace ghost::api
