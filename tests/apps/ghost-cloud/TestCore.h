// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>

#include <grpcpp/channel.h>

#include <QtCore/QTemporaryDir>

#include "service/Server.h"

namespace ghost::cloud {

/// A Core on a folder and a port of its own, whose time the test tells.
class TestCore
{
public:
    static constexpr int beatSeconds = 30;

    TestCore();

    /// Closes it in order and opens it again on the same folder.
    void restart();
    void stop();
    void start();
    /// Both clocks go on.
    void advance(std::chrono::milliseconds time);
    /// Only the wall clock jumps.
    void jump(std::chrono::milliseconds time) { m_wall += time.count(); }
    qint64 wall() const { return m_wall; }

    QString folder() const { return m_folder.path(); }
    QString place() const;
    std::shared_ptr<grpc::Channel> channel() const;

private:
    QTemporaryDir m_folder;
    std::atomic<qint64> m_wall = 1'700'000'000'000;
    std::atomic<qint64> m_steady = 1'000'000;
    std::unique_ptr<Server> m_server;
};

/// A plain channel that shares its connection with no other.
std::shared_ptr<grpc::Channel> ownChannel(const QString &place);

} // namespace ghost::cloud
