// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "http/BoundedSocket.h"

#include <QtCore/QTimer>

namespace ghost {

BoundedSocket::BoundedSocket(const ConnectionLimits &limits, QObject *parent)
    : QTcpSocket(parent)
    , m_limits(limits)
{
    // One byte more, or a request that is too large could not be told from one that just fits.
    setReadBufferSize(m_limits.requestBytes + 1);
    connect(this, &QIODevice::readyRead, this, &BoundedSocket::count);
    connect(this, &QIODevice::bytesWritten, this, &BoundedSocket::closeAfterAnswer);
    QTimer::singleShot(m_limits.lifetime, this, [this] { refuse(Breach::TooSlow); });
}

// What a reader left in the buffer is counted again: it comes from clients that send a second request before they have
// their answer, and nobody needs to serve them.
void BoundedSocket::count()
{
    m_receivedBytes += bytesAvailable();
    if (m_isRefused)
        skip(bytesAvailable());
    else if (m_receivedBytes > m_limits.requestBytes || bytesToWrite() > 0)
        refuse(Breach::TooLarge);
}

void BoundedSocket::closeAfterAnswer()
{
    // An answer is written in several steps but within one turn of the loop, and sent after it.
    if (bytesToWrite() == 0)
        disconnectFromHost();
}

qint64 BoundedSocket::writeData(const char *data, qint64 size)
{
    if (!m_leavesOutBody)
        return QTcpSocket::writeData(data, size);
    if (m_hasWrittenHead)
        return size;
    const QByteArray blankLine = "\r\n\r\n";
    const QByteArray seen = m_endOfHead + QByteArray(data, size);
    const qsizetype end = seen.indexOf(blankLine);
    m_hasWrittenHead = end >= 0;
    const qint64 ofHead = m_hasWrittenHead ? end + blankLine.size() - m_endOfHead.size() : size;
    m_endOfHead = seen.right(blankLine.size() - 1);
    const qint64 written = QTcpSocket::writeData(data, ofHead);
    return written < 0 ? written : size;
}

// Not closed at once: those who run after this slot would read from a closed device.
void BoundedSocket::refuse(Breach breach)
{
    skip(bytesAvailable());
    if (std::exchange(m_isRefused, true))
        return;
    Q_EMIT breached(breach);
    QMetaObject::invokeMethod(
        this, [this] { abort(); }, Qt::QueuedConnection);
}

} // namespace ghost
