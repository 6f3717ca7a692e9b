// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "state/OperationArchive.h"

#include <algorithm>
#include <exception>

#include "Clock.h"
#include "log/Log.h"
#include "state/OperationTable.h"

namespace ghost {

namespace {

using std::chrono::hours;
using std::chrono::seconds;

constexpr std::size_t maxWaiting = 4096;
constexpr seconds retryAfter(5);
constexpr seconds flushPatience(5);
constexpr qint64 dayMs = 24LL * 3600 * 1000;
const QString logSource = QStringLiteral("archive");

} // namespace

OperationArchive::OperationArchive(int keepDays, Log &log)
    : m_keepDays(keepDays)
    , m_log(log)
{}

Result<std::unique_ptr<OperationArchive>> OperationArchive::open(const QString &file, int keepDays, Log &log)
{
    std::unique_ptr<OperationArchive> archive(new OperationArchive(keepDays, log));
    if (auto started = archive->start(file); !started)
        return started.error();
    return archive;
}

Result<void> OperationArchive::start(const QString &file)
{
    m_thread = std::jthread([this, file] { work(file); });
    std::unique_lock lock(m_mutex);
    m_done.wait(lock, [this] { return m_opened.has_value(); });
    return *m_opened;
}

OperationArchive::~OperationArchive()
{
    {
        const std::lock_guard lock(m_mutex);
        m_stopping = true;
    }
    m_wake.notify_all();
}

void OperationArchive::onWritten(std::function<void(const QList<Operation> &)> written)
{
    const std::lock_guard lock(m_mutex);
    m_written = std::move(written);
}

void OperationArchive::record(const Operation &operation)
{
    bool isFirstDrop = false;
    {
        const std::lock_guard lock(m_mutex);
        m_records.push_back(operation);
        if (m_records.size() > maxWaiting) {
            m_records.pop_front();
            isFirstDrop = m_dropped++ == 0;
        }
    }
    m_wake.notify_one();
    if (isFirstDrop) // the number follows when writing works again
        m_log.error(logSource,
                    QStringLiteral("operations end faster than they can be written: the oldest are dropped"));
}

quint64 OperationArchive::ask(Question question)
{
    quint64 number = 0;
    {
        const std::lock_guard lock(m_mutex);
        m_questions.push_back(std::move(question));
        number = ++m_asked;
    }
    m_wake.notify_one();
    return number;
}

void OperationArchive::find(OperationId id, std::function<void(Result<Operation>)> callback)
{
    ask([this, id, callback = std::move(callback)](OperationTable &table) { callback(findOne(table, id)); });
}

Result<Operation> OperationArchive::findOne(OperationTable &table, OperationId id)
{
    {
        const std::lock_guard lock(m_mutex); // perhaps it waits for a disk that takes it
        const auto waiting =
            std::ranges::find_if(m_records, [&](const Operation &operation) { return operation.id() == id; });
        if (waiting != m_records.end())
            return *waiting;
    }
    const auto found = read(table, QStringLiteral("id = ?"), {id.toString()}, 1);
    if (!found)
        return found.error();
    return found->isEmpty() ? Error(Code::NotFound, QStringLiteral("no operation '%1'").arg(id.toString()))
                            : Result<Operation>(found->first());
}

void OperationArchive::list(VmId vm, int limit, std::function<void(QList<Operation>)> callback)
{
    const QString condition = vm.isNull() ? QStringLiteral("TRUE") : QStringLiteral("vm = ?");
    const QStringList values = vm.isNull() ? QStringList() : QStringList{vm.toString()};
    ask([this, condition, values, limit, callback = std::move(callback)](OperationTable &table) {
        callback(read(table, condition, values, std::max(limit, 0)).value_or(QList<Operation>())); // < 0: no limit
    });
}

bool OperationArchive::flush()
{
    {
        const std::lock_guard lock(m_mutex);
        m_retryAt = {};
    }
    return waitForAnswer(ask([](OperationTable &) {}), flushPatience);
}

Result<bool> OperationArchive::holds(OperationId id, std::chrono::milliseconds patience)
{
    const auto answer = std::make_shared<std::optional<Result<Operation>>>(); // lives on when nobody waits any more
    const quint64 number = ask([this, id, answer](OperationTable &table) { answer->emplace(findOne(table, id)); });
    if (!waitForAnswer(number, patience))
        return Error(Code::Unavailable, QStringLiteral("the history of operations does not answer"));
    const Result<Operation> &found = **answer;
    if (!found && found.error().code() != Code::NotFound)
        return found.error();
    return found.has_value();
}

bool OperationArchive::waitForAnswer(quint64 number, std::chrono::milliseconds patience)
{
    std::unique_lock lock(m_mutex);
    return m_done.wait_for(lock, patience, [&] { return m_answered >= number; });
}

void OperationArchive::work(const QString &file)
{
    OperationTable table(file);
    const Result<void> opened = openTable(table);
    std::unique_lock lock(m_mutex);
    m_opened = opened;
    m_done.notify_all();
    if (!opened)
        return;
    while (true) {
        const auto isDue = [this] {
            return m_stopping || !m_questions.empty() || (!m_records.empty() && Clock::now() >= m_retryAt);
        };
        m_wake.wait_until(lock, m_records.empty() ? m_expireAt : std::min(m_expireAt, m_retryAt), isDue);
        std::deque<Operation> records;
        if (m_stopping || Clock::now() >= m_retryAt)
            records.swap(m_records);
        std::deque<Question> questions;
        questions.swap(m_questions);
        const bool isLastRound = m_stopping;
        lock.unlock();

        if (!records.empty())
            write(table, std::move(records));
        if (Clock::now() >= m_expireAt)
            expire(table);
        for (const Question &question : questions)
            answer(question, table);

        const std::size_t answered = questions.size();
        questions.clear(); // callbacks end with their objects on this thread, before flush tells
        lock.lock();
        m_answered += answered;
        m_done.notify_all();
        if (isLastRound)
            return;
    }
}

void OperationArchive::answer(const Question &question, OperationTable &table)
{
    QString what = QStringLiteral("something that is no exception");
    try {
        question(table);
        return;
    } catch (const std::exception &exception) {
        what = QString::fromUtf8(exception.what());
    } catch (...) { // NOLINT(bugprone-empty-catch): its text stands above
    }
    m_log.error(logSource, QStringLiteral("a callback threw: %1").arg(what));
}

Result<void> OperationArchive::openTable(OperationTable &table)
{
    auto opened = table.open();
    if (!opened && table.isDamaged())
        opened = beginAnew(table, opened.error());
    if (opened)
        expire(table);
    return opened;
}

Result<void> OperationArchive::beginAnew(OperationTable &table, const Error &why)
{
    const auto aside = table.moveAside();
    if (!aside)
        return aside.error();
    m_log.error(logSource,
                QStringLiteral("%1: moved to %2, the history of operations begins anew").arg(why.message(), *aside));
    return table.open();
}

Result<QList<Operation>> OperationArchive::read(OperationTable &table, const QString &condition,
                                                const QStringList &values, int limit)
{
    const auto found = table.read(condition, values, limit);
    if (found)
        return *found;
    const auto mended = table.isDamaged() ? beginAnew(table, found.error()) : Result<void>(found.error());
    if (mended)
        return QList<Operation>();
    m_log.error(logSource, mended.error().text());
    return Error(Code::Unavailable,
                 QStringLiteral("the history of operations cannot be read: %1").arg(mended.error().message()));
}

void OperationArchive::write(OperationTable &table, std::deque<Operation> records)
{
    const QList<Operation> batch(records.begin(), records.end());
    auto written = table.write(batch);
    if (!written && table.isDamaged()) {
        written = beginAnew(table, written.error());
        if (written)
            written = table.write(batch);
    }
    if (!written)
        return keepForLater(std::move(records), written.error());

    qint64 dropped = 0;
    std::function<void(const QList<Operation> &)> tell;
    {
        const std::lock_guard lock(m_mutex);
        std::swap(dropped, m_dropped);
        m_retryAt = {};
        tell = m_written;
    }
    if (tell)
        tell(batch);
    if (dropped > 0)
        m_log.error(logSource, QStringLiteral("%1 ended operations are missing from the history").arg(dropped));
}

void OperationArchive::keepForLater(std::deque<Operation> records, const Error &why)
{
    m_log.error(logSource, QStringLiteral("%1; trying again in %2 s").arg(why.text()).arg(retryAfter.count()));
    const std::lock_guard lock(m_mutex);
    m_records.insert(m_records.begin(), records.begin(), records.end());
    while (m_records.size() > maxWaiting) {
        m_records.pop_front();
        ++m_dropped;
    }
    m_retryAt = Clock::now() + retryAfter;
}

void OperationArchive::expire(OperationTable &table)
{
    m_expireAt = Clock::now() + hours(24);
    if (auto removed = table.removeEndedBefore(nowMs() - m_keepDays * dayMs); !removed)
        m_log.error(logSource, removed.error().text());
}

} // namespace ghost
