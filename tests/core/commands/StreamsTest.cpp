// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include <sys/socket.h>
#include <unistd.h>

#include "RouterFixture.h"
#include "commands/Streams.h"

using namespace ghost;

namespace {

/// The one answer to a request.
class Opened : public StreamSink
{
public:
    void opened(Result<UniqueFd> stream, OperationId operation) override
    {
        ++answers;
        error = stream ? Error() : stream.error();
        fd = stream ? std::move(*stream) : UniqueFd();
        id = operation;
    }
    int answers = 0;
    Error error;
    UniqueFd fd;
    OperationId id;
};

struct StreamsFixture : RouterFixture
{
    std::shared_ptr<Opened> open(const QString &name, const QCborMap &arguments)
    {
        Streams streams(agent->services(), agent->router, *agent->imports);
        auto sink = std::make_shared<Opened>();
        streams.open(Query(name, arguments), Principal(Principal::Kind::LocalUser, QStringLiteral("1000")), sink);
        return sink;
    }
    std::shared_ptr<Opened> import5(const QString &requestId)
    {
        return open(QStringLiteral("ImportImage"), {{QStringLiteral("name"), "mini"},
                                                    {QStringLiteral("size_bytes"), 5},
                                                    {QStringLiteral("request_id"), requestId}});
    }
};

} // namespace

class StreamsTest : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void refuses_data()
    {
        QTest::addColumn<QString>("request");
        QTest::addColumn<QCborMap>("arguments");
        QTest::addColumn<int>("code");
        QTest::addColumn<QString>("text");
        const QString console = QStringLiteral("OpenConsole");
        const auto row = [](const char *tag, const QString &request, const QCborMap &arguments, Code code,
                            const QString &text) { QTest::newRow(tag) << request << arguments << int(code) << text; };
        row("unknown stream", "OpenWindow", {}, Code::Unsupported, "unknown stream 'OpenWindow'");
        row("no VM named", console, {}, Code::InvalidArgument, "which VM?");
        row("unknown VM", console, ofVm("nobody"), Code::NotFound, "nobody");
        row("unknown field", console, {{QStringLiteral("vm"), "a"}, {QStringLiteral("tty"), 1}}, Code::InvalidArgument,
            "tty");
        row("a driver without consoles", console, ofVm("a"), Code::Unsupported, "hypervisor has no consoles");
        row("import without a name", "ImportImage", {{QStringLiteral("size_bytes"), 5}}, Code::InvalidArgument, "name");
    }

    void refuses()
    {
        QFETCH(QString, request);
        QFETCH(QCborMap, arguments);
        StreamsFixture fixture;
        fixture->created("a");
        const auto answer = fixture.open(request, arguments);
        QCOMPARE(answer->answers, 1);
        QVERIFY(!answer->fd);
        QVERIFY(answer->id.isNull());
        QTEST(int(answer->error.code()), "code");
        QFETCH(QString, text);
        QVERIFY2(answer->error.text().contains(text), qPrintable(answer->error.text()));
    }

    void aStoppedVmHasNoConsole()
    {
        StreamsFixture fixture;
        fixture->created("a", {{QStringLiteral("stopped"), true}});
        QCOMPARE(fixture.open("OpenConsole", ofVm("a"))->error.code(), Code::FailedPrecondition);
    }

    void anAbsentDriverHasNoConsoles()
    {
        StreamsFixture fixture;
        fixture->created("a");
        fixture->drivers.setAbsent("hypervisor");
        QCOMPARE(fixture.open("OpenConsole", ofVm("a"))->error.code(), Code::Unavailable);
    }

    void anImportReadsWhatIsWritten()
    {
        StreamsFixture fixture;
        const auto answer = fixture.import5({});
        QVERIFY2(answer->fd, qPrintable(answer->error.text()));
        QCOMPARE(::write(answer->fd.get(), "hello", 5), ssize_t(5));
        answer->fd.reset();
        QCOMPARE(fixture->ended(answer->id).error().text(), QString());
        QVERIFY(fixture.world->images.contains("mini"));
    }

    /// There is nothing to write into: the first one's stream is being read.
    void aRepeatedImportGetsTheFirstOnesOperationAndNoStream()
    {
        StreamsFixture fixture;
        const auto first = fixture.import5("request-1");
        QVERIFY2(first->fd, qPrintable(first->error.text()));
        const auto again = fixture.import5("request-1");
        QCOMPARE(again->error.text(), QString());
        QVERIFY(!again->fd);
        QCOMPARE(again->id, first->id);
        QCOMPARE(::write(first->fd.get(), "hello", 5), ssize_t(5));
        first->fd.reset();
        QCOMPARE(fixture->ended(first->id).error().text(), QString());
    }
};

QTEST_GUILESS_MAIN(StreamsTest)
#include "StreamsTest.moc"
