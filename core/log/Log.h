// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <mutex>

#include "ghost/Call.h"
#include "ghost/Ids.h"
#include "ghost/UniqueFd.h"

namespace ghost {

/// `debug`, `info`, `warning`, `error`; Unspecified for anything else.
LogLevel logLevelFromName(QStringView name);
QString logLevelName(LogLevel level);

struct LogOptions
{
    LogLevel level = LogLevel::Info; ///< lines below it are dropped
    QString file;                    ///< empty: standard error
    qint64 maxBytes = 100'000'000;   ///< then the file becomes `<file>.1`, that one `<file>.2`…
    int keep = 7;                    ///< …up to this number
};

/// The agent's log: JSON lines, one an entry. Thread-safe.
///
/// A log that cannot be written must not stop the agent: the first line that fails goes to standard error with the
/// reason, the others are counted, and the count is the first line once writing works again.
class Log
{
public:
    static Result<std::unique_ptr<Log>> open(const LogOptions &options);
    ~Log();
    Log(const Log &) = delete;
    Log &operator=(const Log &) = delete;

    /// @p source is the room or plugin that speaks: `commands`, `hypervisor-libvirt`, `qt`.
    void write(LogLevel level, const QString &source, const QString &message, OperationId operation = {}, VmId vm = {});
    void debug(const QString &source, const QString &message) { write(LogLevel::Debug, source, message); }
    void info(const QString &source, const QString &message) { write(LogLevel::Info, source, message); }
    void warning(const QString &source, const QString &message) { write(LogLevel::Warning, source, message); }
    void error(const QString &source, const QString &message) { write(LogLevel::Error, source, message); }

    /// Opens the file anew, for logrotate (SIGHUP). Not from within a signal handler.
    void reopen();
    /// From now on Qt's own messages (qWarning…) come here as source `qt`, until this Log ends. One Log at a time.
    void captureQt();

private:
    explicit Log(const LogOptions &options);
    void append(const QByteArray &line);
    Result<void> openFile();
    void rotate();
    void failed(const QByteArray &line, const QString &why);

    const LogOptions m_options;
    std::mutex m_mutex;
    UniqueFd m_fd;
    qint64 m_size = 0;     ///< of the file now
    qint64 m_rotateAt = 0; ///< next rotation when the file would grow beyond
    qint64 m_lostLines = 0;
    bool m_failing = false;
};

} // namespace ghost
