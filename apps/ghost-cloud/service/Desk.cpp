// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "service/Desk.h"

namespace ghost::cloud {

Error tooBusy()
{
    return Error(Code::Unavailable, QStringLiteral("the Core is too busy, or stops: ask again later"));
}

Result<std::unique_ptr<Desk>> Desk::open(const QString &file, const Clock &clock, Intervals intervals)
{
    std::unique_ptr<Desk> desk(new Desk(clock));
    const auto opening = [&]() -> Result<std::unique_ptr<LedgerBook>> {
        auto book = std::make_unique<CloudBook>(file, clock, intervals, desk->m_ledger);
        if (auto ok = book->open(); !ok)
            return ok.error();
        desk->m_book = book.get();
        return Result<std::unique_ptr<LedgerBook>>(std::move(book));
    };
    if (auto started = desk->m_ledger.start(opening); !started)
        return started.error();
    return desk;
}

bool Desk::post(Work work, Ledger::Done done)
{
    return m_ledger.post([this, work = std::move(work)] { return work(*m_book); }, std::move(done));
}

grpc::ServerUnaryReactor *Desk::answer(grpc::CallbackServerContext &context, Work work)
{
    grpc::ServerUnaryReactor *reactor = context.DefaultReactor();
    const auto done = [reactor](const Result<void> &outcome) {
        reactor->Finish(outcome ? grpc::Status::OK : toStatus(outcome.error()));
    };
    if (!post(std::move(work), done))
        reactor->Finish(toStatus(tooBusy()));
    return reactor;
}

} // namespace ghost::cloud
