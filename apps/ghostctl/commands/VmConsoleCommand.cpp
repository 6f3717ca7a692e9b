// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "commands/VmConsoleCommand.h"

#include <array>
#include <cerrno>
#include <cstdint>
#include <poll.h>
#include <sys/eventfd.h>
#include <thread>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <ghost/agent/v1/agent.grpc.pb.h>

#include "Session.h"
#include "agent/Rpc.h"
#include "input/CliOptions.h"
#include "output/RawTerminal.h"
#include "output/StandardError.h"

namespace ghost::ctl {
namespace {

namespace v1 = agent::v1;

using Stream = grpc::ClientReaderWriter<v1::OpenConsoleRequest, v1::OpenConsoleResponse>;

constexpr char leaveKey = 0x1d; // Ctrl-], as in telnet and virsh

enum class InputEnd { Left, EndOfFile, StreamEnded };

/// Passes standard input on until it ends, the leave key comes (only a terminal has keys), or the stream has ended.
InputEnd passInput(Stream &stream, int streamEnded, bool keys)
{
    std::array<char, 4096> buffer{};
    while (true) {
        pollfd ready[] = {{STDIN_FILENO, POLLIN, 0}, {streamEnded, POLLIN, 0}};
        if (::poll(ready, 2, -1) < 0)
            continue;
        if (ready[1].revents != 0)
            return InputEnd::StreamEnded;
        const ssize_t count = ::read(STDIN_FILENO, buffer.data(), buffer.size());
        if (count < 0 && (errno == EINTR || errno == EAGAIN))
            continue;
        if (count <= 0)
            return InputEnd::EndOfFile;
        std::string input(buffer.data(), size_t(count));
        const size_t leave = keys ? input.find(leaveKey) : std::string::npos;
        if (leave != std::string::npos)
            input.resize(leave);
        v1::OpenConsoleRequest request;
        request.set_input(input);
        if (!input.empty() && !stream.Write(request))
            return InputEnd::StreamEnded;
        if (leave != std::string::npos)
            return InputEnd::Left;
    }
}

/// Prints what the guest says; @p streamEnded tells the reader of standard input that this is over.
void passOutput(Stream &stream, Output &output, grpc::ClientContext &context, int streamEnded)
{
    v1::OpenConsoleResponse response;
    while (output.error() == 0 && stream.Read(&response))
        output.bytes(response.output());
    if (output.error() != 0)
        context.TryCancel();
    const std::uint64_t one = 1;
    [[maybe_unused]] const ssize_t written = ::write(streamEnded, &one, sizeof one);
}

} // namespace

void VmConsoleCommand::declare(CLI::App &app)
{
    addText(app, "VM", m_vm, "Name or id of the VM")->required();
    app.footer(
        "Ctrl-] leaves; every other key goes to the VM, Ctrl-C too. If standard input is no terminal its bytes are\n"
        "passed on, and what the VM says is printed until Ctrl-C, or for --timeout.");
}

Result<void> VmConsoleCommand::run(Session &session)
{
    grpc::ClientContext context;
    if (session.timeout())
        context.set_deadline(session.deadline(*session.timeout()));
    const std::stop_callback breakOff(session.interrupts().token(), [&context] { context.TryCancel(); });
    v1::AgentService::Stub stub(session.channel());
    const auto stream = stub.OpenConsole(&context);
    v1::OpenConsoleRequest first;
    first.set_vm(m_vm.toStdString());
    stream->Write(first); // if it fails, Finish says why

    InputEnd end = InputEnd::StreamEnded;
    {
        if (::isatty(STDIN_FILENO) == 1)
            printErrorLine(QStringLiteral("console of %1: Ctrl-] leaves").arg(m_vm));
        const RawTerminal terminal;
        const UniqueFd streamEnded(::eventfd(0, EFD_CLOEXEC));
        std::thread reader([&] { passOutput(*stream, session.output(), context, streamEnded.get()); });
        end = passInput(*stream, streamEnded.get(), terminal.isTerminal());
        if (end == InputEnd::EndOfFile)
            stream->WritesDone();
        else if (end == InputEnd::Left)
            context.TryCancel();
        reader.join();
    }
    if (end == InputEnd::Left)
        printErrorLine(QStringLiteral("left the console"));
    const grpc::Status status = stream->Finish();
    const bool longEnough = session.timeout() && status.error_code() == grpc::StatusCode::DEADLINE_EXCEEDED;
    if (status.ok() || longEnough || end == InputEnd::Left || session.output().error() != 0)
        return {};
    return callError(session, status);
}

} // namespace ghost::ctl
