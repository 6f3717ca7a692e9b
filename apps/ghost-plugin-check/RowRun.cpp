// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "RowRun.h"

#include <optional>

#include "bench/NetworkBench.h"
#include "bench/VmBench.h"
#include "bench/VolumeBench.h"

namespace ghost::kit {

namespace {

/// A bench takes away at its end whatever its driver lists.
void sweep(Bench &bench)
{
    const QString role = bench.subject().metadata.role;
    if (role == QStringLiteral("Hypervisor"))
        VmBench all(bench);
    else if (role == QStringLiteral("Network"))
        NetworkBench all(bench);
    else if (role == QStringLiteral("Storage"))
        VolumeBench all(bench);
}

void play(const Row &row, Bench &bench)
{
    switch (bench.part()) {
    case Part::AfterRestart:
        return row.afterRestart(bench);
    case Part::Sweep:
        return sweep(bench);
    case Part::Whole:
    case Part::BeforeRestart:
    case Part::Unspecified:
        break;
    }
    row.run(bench);
}

/// Nothing when @p work ended as it should.
template <class Work>
std::optional<Outcome> outcomeOf(Work work)
{
    try {
        work();
    } catch (const RowFailed &failed) {
        return Outcome::failed(failed.seen);
    } catch (const RowSkipped &skipped) {
        return Outcome::skipped(skipped.reason);
    } catch (const std::exception &exception) {
        return Outcome::failed(
            QStringLiteral("an exception crossed the plugin's boundary: %1").arg(QString::fromUtf8(exception.what())));
    }
    return {};
}

} // namespace

Outcome runRow(const Row &row, Bench &bench)
{
    const auto ended = outcomeOf([&] { play(row, bench); });
    const auto stopped = outcomeOf([&] { bench.stop(); });
    Outcome outcome = ended ? *ended : stopped ? *stopped : Outcome::passed();
    // The first thing that went wrong is the one to tell.
    if (outcome.status != Outcome::Status::Failed && !bench.complaints().isEmpty())
        outcome = Outcome::failed(bench.complaints().join(QStringLiteral("; ")));
    outcome.log = bench.logLines();
    return outcome;
}

} // namespace ghost::kit
