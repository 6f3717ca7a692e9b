// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "StreamPump.h"

namespace ghost::api {

/// Our end of a byte stream of the core (a console, an upload): one write and one read at a time, so that who does not
/// keep up holds back the other side rather than filling memory. Any thread may call it.
class ByteStream final : public PumpedStream, public std::enable_shared_from_this<ByteStream>
{
public:
    /// Called on the pump's thread, without a lock.
    class Listener
    {
    public:
        virtual ~Listener();
        /// All of the last write is out; or, not @p ok, the core reads no more.
        virtual void written(bool ok) = 0;
        /// Answer to read(); empty at the end of the stream.
        virtual void received(std::string bytes) = 0;
    };

    /// Holds @p listener until close.
    static std::shared_ptr<ByteStream> open(StreamPump &pump, UniqueFd stream, std::shared_ptr<Listener> listener);
    ByteStream(StreamPump &pump, UniqueFd stream, std::shared_ptr<Listener> listener);

    void write(std::string bytes);
    void read();
    /// Tells the core that no more will be written.
    void endWriting();
    /// The listener is not called after this but for a call that is under way.
    void close();

private:
    int fd() const override { return m_fd.get(); }
    short interest() const override;
    void ready(short events) override;
    void writeSome();
    void readSome();
    void dropOnPump();
    std::shared_ptr<Listener> listener() const;

    StreamPump &m_pump;
    UniqueFd m_fd; // closed on the pump's thread, which polls it
    mutable std::mutex m_mutex;
    std::shared_ptr<Listener> m_listener;
    std::string m_outgoing;
    size_t m_written = 0;
    bool m_writing = false;
    bool m_reading = false;
};

} // namespace ghost::api
