// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
//
// plugin-call PLUGIN_FOLDER FOLDER ROUNDS: calls the fake hypervisor as the agent does, and an object of the same class
// that is compiled into this program. Prints `name value` lines: nanoseconds a call, and the ratio of the two of each
// round, of which it is the median.
//
// boundary: the call alone, through the interface of the loaded file, held together by contained().
// inspect:  the same for a call that reads a file.
// path:     inspect, from asking for the driver by its id until the answer is here from one of the plugin's threads.
// handover: of that, to one of the plugin's threads and back, with nothing to do there.
#include <cstdio>
#include <cstdlib>
#include <functional>

#include "Client.h"
#include "FaultyHypervisor.h"
#include "config/Config.h"
#include "host/Contained.h"
#include "host/PluginHost.h"
#include "log/Log.h"

using namespace ghost;
using namespace std::chrono_literals;
using bench::Clock;

namespace {

constexpr auto turn = 20ms;
constexpr int callsBetweenLooks = 64;
const QString fake = QStringLiteral("hypervisor-fake");

/// The value, or the end of the program: what is measured after a failure means nothing.
template <class T>
T require(Result<T> result)
{
    if (!result) {
        std::fprintf(stderr, "plugin-call: %s\n", qUtf8Printable(result.error().text()));
        std::exit(1);
    }
    if constexpr (!std::is_void_v<T>)
        return *std::move(result);
}

/// The agent's side: the host, with the fake as its one plugin.
class Host
{
public:
    Host(const QString &plugins, const QString &folder)
        : m_config(require(Config::load({{}, false, {}, {{QStringLiteral("plugins"), fake}}})))
        , m_log(require(Log::open({LogLevel::Warning, {}})))
        , m_host(m_config, PluginCatalogue({{}, {plugins}}), AgentId::create(), {folder, folder, folder, folder},
                 *m_log, {[](const QString &, const DriverEvent &) {}, [](const PluginStatus &) {}})
    {
        require(m_host.prepare());
        Signal settled;
        m_host.start([&](PluginRuntime &) { settled.raise(); });
        Call patience({}, Clock::now() + 10s);
        patience.wait(settled);
    }
    ~Host() { m_host.stop(10s); }
    Host(const Host &) = delete;
    Host &operator=(const Host &) = delete;

    const Drivers &drivers() const { return m_host.drivers(); }
    PluginContext &context() const { return *m_host.find(fake); }

private:
    Config m_config;
    std::unique_ptr<Log> m_log;
    PluginHost m_host;
};

VmSpec spec()
{
    VmSpec spec;
    spec.setId(VmId::create());
    spec.setName(QStringLiteral("called"));
    spec.setCpus(1);
    spec.setMemoryBytes(64 << 20);
    return spec;
}

using Work = std::function<void()>;

/// Nanoseconds a call.
double takeTurn(const Work &work)
{
    const auto begin = Clock::now();
    int calls = 0;
    auto now = begin;
    for (; now < begin + turn; now = Clock::now(), calls += callsBetweenLooks)
        for (int i = 0; i < callsBetweenLooks; ++i)
            work();
    return std::chrono::duration<double, std::nano>(now - begin).count() / calls;
}

void compare(const char *name, int rounds, const Work &ours, const Work &direct)
{
    std::vector<double> ratios;
    std::vector<double> ourTimes;
    std::vector<double> directTimes;
    for (int round = 0; round < rounds; ++round) {
        // Who is first changes, too: the second finds the processor warm.
        const bool oursFirst = round % 2 == 0;
        const double first = takeTurn(oursFirst ? ours : direct);
        const double second = takeTurn(oursFirst ? direct : ours);
        ourTimes.push_back(oursFirst ? first : second);
        directTimes.push_back(oursFirst ? second : first);
        ratios.push_back(ourTimes.back() / directTimes.back());
    }
    std::printf("%s_ratio %.3f\n%s_ns %.1f\n%s_direct_ns %.1f\n", name, bench::median(ratios), name,
                bench::median(ourTimes), name, bench::median(directTimes));
}

/// Runs @p work on one of the pool's threads, and waits for it.
void handOver(WorkerPool &pool, const Work &work)
{
    Signal done;
    pool.post([&] {
        work();
        done.raise();
    });
    Call patience({}, Clock::now() + 10s);
    if (patience.wait(done) != Call::Wake::Raised)
        std::abort(); // the thread would write to what is gone
}

/// The agent's way for a question: a driver by its id, a thread of its pool, a call, the answer.
Result<VmInfo> ask(const Drivers &drivers, VmId vm)
{
    const auto driver = require(drivers.hypervisor(fake));
    Result<VmInfo> answer{VmInfo()};
    handOver(*driver.questions, [&] {
        Call call({}, Clock::now() + 10s);
        answer = contained(driver.plugin, [&] { return driver->inspect(vm, call); });
    });
    return answer;
}

Result<VmInfo> askDirectly(FaultyHypervisor &direct, VmId vm)
{
    Call call({}, Clock::now() + 10s);
    return direct.inspect(vm, call);
}

} // namespace

int main(int argc, char **argv)
{
    if (argc != 4)
        return std::fputs("usage: plugin-call PLUGIN_FOLDER FOLDER ROUNDS\n", stderr), 2;
    const Host host(QString::fromLocal8Bit(argv[1]), QString::fromLocal8Bit(argv[2]));
    const int rounds = std::atoi(argv[3]);
    const auto driver = require(host.drivers().hypervisor(fake));
    FaultyHypervisor direct;
    Call call({}, Clock::now() + 10s);
    require(direct.activate(host.context(), {}, call));
    const VmSpec vm = spec();
    require(driver->create(vm, call));
    require(direct.create(vm, call));

    const auto throughInterface = [&] {
        require(contained(driver.plugin, [&]() -> Result<Capabilities> { return driver->capabilities(); }));
    };
    compare("boundary", rounds, throughInterface, [&] { direct.capabilities(); });
    const auto throughInterfaceInspect = [&] {
        Call question({}, Clock::now() + 10s);
        require(contained(driver.plugin, [&] { return driver->inspect(vm.id(), question); }));
    };
    const auto inspectDirectly = [&] { require(askDirectly(direct, vm.id())); };
    compare("inspect", rounds, throughInterfaceInspect, inspectDirectly);
    compare(
        "path", rounds, [&] { require(ask(host.drivers(), vm.id())); }, inspectDirectly);
    compare(
        "handover", rounds, [&] { handOver(*driver.questions, [] {}); }, inspectDirectly);
    return 0;
}
