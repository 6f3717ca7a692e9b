// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "log/Log.h"

#include <cerrno>
#include <cstdio>
#include <ctime>

#include <fcntl.h>
#include <sys/stat.h>

#include <QtCore/QFile>
#include <QtCore/QJsonDocument>
#include <QtCore/QJsonObject>

namespace ghost {

namespace {

constexpr const char *levelNames[] = {"unspecified", "debug", "info", "warning", "error"};

/// The Log that hears Qt. Its own lock: a message may come from any thread while that Log ends.
std::mutex captureMutex;
Log *capturingLog = nullptr;

void qtMessage(QtMsgType type, const QMessageLogContext &context, const QString &message)
{
    const LogLevel level = type == QtDebugMsg     ? LogLevel::Debug
                           : type == QtInfoMsg    ? LogLevel::Info
                           : type == QtWarningMsg ? LogLevel::Warning
                                                  : LogLevel::Error;
    const QString category = QString::fromUtf8(context.category);
    const bool isNamed = !category.isEmpty() && category != QLatin1String("default");
    const std::lock_guard lock(captureMutex);
    if (capturingLog)
        capturingLog->write(level, QStringLiteral("qt"), isNamed ? category + QStringLiteral(": ") + message : message);
    if (type == QtFatalMsg || !capturingLog) // Qt aborts after a fatal one: it should be seen
        std::fprintf(stderr, "%s\n", qPrintable(message));
}

QString timestamp()
{
    timespec now = {};
    ::clock_gettime(CLOCK_REALTIME, &now);
    std::tm utc = {};
    ::gmtime_r(&now.tv_sec, &utc);
    char text[32];
    const std::size_t length = std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", &utc);
    std::snprintf(text + length, sizeof text - length, ".%03dZ", int(now.tv_nsec / 1'000'000));
    return QString::fromLatin1(text);
}

QByteArray jsonLine(LogLevel level, const QString &source, const QString &message, OperationId operation, VmId vm)
{
    QJsonObject line{{QStringLiteral("time"), timestamp()},
                     {QStringLiteral("level"), logLevelName(level)},
                     {QStringLiteral("source"), source},
                     {QStringLiteral("message"), message}};
    if (!operation.isNull())
        line.insert(QStringLiteral("operation"), operation.toString());
    if (!vm.isNull())
        line.insert(QStringLiteral("vm"), vm.toString());
    return QJsonDocument(line).toJson(QJsonDocument::Compact) + '\n';
}

/// 0 or the errno. A short write is followed up until all is written or an error tells why not.
int writeAll(int fd, const QByteArray &bytes)
{
    for (qsizetype done = 0; done < bytes.size();) {
        const ssize_t written = ::write(fd, bytes.constData() + done, std::size_t(bytes.size() - done));
        if (written < 0 && errno != EINTR)
            return errno;
        done += std::max(written, ssize_t(0));
    }
    return 0;
}

} // namespace

QString logLevelName(LogLevel level)
{
    return QString::fromLatin1(levelNames[int(level)]);
}

LogLevel logLevelFromName(QStringView name)
{
    for (int i = int(LogLevel::Debug); i <= int(LogLevel::Error); ++i)
        if (name == QLatin1String(levelNames[i]))
            return LogLevel(i);
    return LogLevel::Unspecified;
}

Log::Log(const LogOptions &options)
    : m_options(options)
{}

Result<std::unique_ptr<Log>> Log::open(const LogOptions &options)
{
    std::unique_ptr<Log> log(new Log(options));
    if (auto opened = log->openFile(); !opened)
        return opened.error();
    return log;
}

Log::~Log()
{
    const std::lock_guard lock(captureMutex);
    if (capturingLog != this)
        return;
    capturingLog = nullptr;
    qInstallMessageHandler(nullptr);
}

Result<void> Log::openFile()
{
    if (m_options.file.isEmpty())
        return {};
    UniqueFd fd(::open(QFile::encodeName(m_options.file).constData(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0640));
    struct stat status = {};
    if (!fd || ::fstat(fd.get(), &status) != 0) {
        const Code code = errno == EACCES ? Code::PermissionDenied : Code::Unavailable;
        return Error(code, QStringLiteral("cannot open the log %1: %2").arg(m_options.file, qt_error_string(errno)));
    }
    m_fd = std::move(fd);
    m_size = status.st_size;
    m_rotateAt = m_options.maxBytes;
    return {};
}

void Log::write(LogLevel level, const QString &source, const QString &message, OperationId operation, VmId vm)
{
    if (level < m_options.level)
        return;
    const QByteArray line = jsonLine(level, source, message, operation, vm);
    const std::lock_guard lock(m_mutex);
    append(line);
}

void Log::append(const QByteArray &line)
{
    if (m_options.file.isEmpty()) {
        writeAll(STDERR_FILENO, line); // nobody is left to tell when this fails
        return;
    }
    if (m_size > 0 && m_size + line.size() > m_rotateAt)
        rotate();
    if (!m_fd)
        if (auto opened = openFile(); !opened)
            return failed(line, opened.error().text());
    QByteArray text = line;
    if (m_lostLines > 0)
        text.prepend(jsonLine(LogLevel::Error, QStringLiteral("log"),
                              QStringLiteral("%1 lines were lost while the log could not be written").arg(m_lostLines),
                              {}, {}));
    if (const int error = writeAll(m_fd.get(), text); error != 0) {
        // Half a line would spoil the next one, too. Nobody but us writes here, so the end is where we left it.
        if (::ftruncate(m_fd.get(), m_size) != 0)
            m_fd.reset();
        return failed(line, QStringLiteral("cannot write %1: %2").arg(m_options.file, qt_error_string(error)));
    }
    m_size += text.size();
    m_lostLines = 0;
    m_failing = false;
}

void Log::failed(const QByteArray &line, const QString &why)
{
    if (m_failing) {
        ++m_lostLines;
        return;
    }
    m_failing = true;
    const QString notice = QStringLiteral("%1; further lines are lost until it works again").arg(why);
    writeAll(STDERR_FILENO, jsonLine(LogLevel::Error, QStringLiteral("log"), notice, {}, {}) + line);
}

void Log::rotate()
{
    const auto numbered = [this](int number) {
        return QFile::encodeName(QStringLiteral("%1.%2").arg(m_options.file).arg(number));
    };
    for (int number = m_options.keep - 1; number >= 1; --number)
        std::rename(numbered(number).constData(), numbered(number + 1).constData());
    const QByteArray current = QFile::encodeName(m_options.file);
    const bool moved = m_options.keep > 0 ? std::rename(current.constData(), numbered(1).constData()) == 0
                                          : std::remove(current.constData()) == 0;
    if (moved)
        m_fd.reset(); // append opens the new one
    else
        m_rotateAt = m_size + m_options.maxBytes; // not again at each line
}

void Log::reopen()
{
    const std::lock_guard lock(m_mutex);
    m_fd.reset();
    if (m_options.file.isEmpty())
        return;
    if (auto opened = openFile(); !opened)
        failed({}, opened.error().text());
}

void Log::captureQt()
{
    const std::lock_guard lock(captureMutex);
    capturingLog = this;
    qInstallMessageHandler(qtMessage);
}

} // namespace ghost
