// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>

#include <QtNetwork/QTcpSocket>

namespace ghost {

/// What one connection may take.
struct ConnectionLimits
{
    qint64 requestBytes = 16LL * 1024;
    std::chrono::milliseconds lifetime{10'000}; ///< from accept to the end of the answer
};

/// A connection for one request and its one answer. What goes beyond its limits is dropped before anybody who reads
/// from the socket sees it, and the connection is closed.
///
/// Its own slots are connected first and so run first: a reader that connects to readyRead later finds either bytes
/// within the limits or none.
class BoundedSocket : public QTcpSocket
{
    Q_OBJECT
public:
    enum class Breach : int { Unspecified = 0, TooLarge, TooSlow };

    BoundedSocket(const ConnectionLimits &limits, QObject *parent);

    bool isSilent() const { return m_receivedBytes == 0; }
    /// Of the answer, which is still to be written, only the head is sent: for HEAD, as Qt 6.4 writes a body whatever
    /// was asked.
    void leaveOutBody() { m_leavesOutBody = true; }

Q_SIGNALS:
    /// Once, before it is closed for this.
    void breached(ghost::BoundedSocket::Breach breach);

protected:
    qint64 writeData(const char *data, qint64 size) override;

private:
    void count();
    void closeAfterAnswer();
    void refuse(Breach breach);

    const ConnectionLimits m_limits;
    qint64 m_receivedBytes = 0;
    bool m_isRefused = false;
    bool m_leavesOutBody = false;
    bool m_hasWrittenHead = false;
    QByteArray m_endOfHead; ///< the last bytes of what has been written: the blank line may come in pieces
};

} // namespace ghost
