import Glibc
import WebSocket

/// How connections end: once what waits is out, at once, or when their time is up.
extension EventLoop {
    /// Takes nothing more from the peer, and ends the connection once everything that waits is out.
    func endWhenSent(_ record: UnsafeMutablePointer<ConnectionRecord>) {
        if corked == record { flushCork() }
        switch record.pointee.phase {
        case .draining, .lingering, .dead: return
        case .connecting, .upgrading, .securing, .stream, .http, .webSocket: break
        }
        record.pointee.phase = .draining
        record.pointee.since = now
        record.pointee.inbound = nil
        guard record.pointee.outbox == nil else {
            record.pointee.flags.insert(.pausesRead)
            updateInterest(record)
            return armTimer(record)
        }
        sentAll(record)
    }

    /// A draining connection has nothing left to send.
    func sentAll(_ record: UnsafeMutablePointer<ConnectionRecord>) {
        if let session = record.pointee.tls {
            session.shutdown()
            let bytes = UnsafeRawBufferPointer(tlsPipe.output.bytes)
            // The last 24 bytes: if the kernel has no room for them, the FIN says the same.
            if bytes.count > 0 {
                _ = Glibc.send(record.pointee.descriptor, bytes.baseAddress, bytes.count, Self.quietly)
            }
            tlsPipe.output.removeAll(keepingCapacity: Self.keptBytes)
        }
        guard record.pointee.flags.contains(.lingers) else { return drop(record, record.pointee.closeCode) }
        // Closing now would answer bytes still on their way with a reset, which may overtake what we said last.
        // The client of a WebSocket leaves the end of the connection to the server (RFC 6455 §7.1.1).
        let waits = record.pointee.flags.contains(.client) && !record.pointee.flags.contains(.stream)
        if !waits { Glibc.shutdown(record.pointee.descriptor, Int32(SHUT_WR)) }
        record.pointee.phase = .lingering
        record.pointee.since = now
        record.pointee.flags.remove(.pausesRead)
        record.pointee.flags.remove(.watchesWrite)
        updateInterest(record)
        armTimer(record)
    }

    private static var quietly: Int32 { Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT) }

    /// Ends a connection at once. It is released, and the application told, at the end of the turn.
    func drop(_ record: UnsafeMutablePointer<ConnectionRecord>, _ code: CloseCode) {
        guard record.pointee.phase != .dead else { return }
        if corked == record { cork.removeAll(keepingCapacity: Self.keptBytes) }
        record.pointee.phase = .dead
        record.pointee.closeCode = code
        ended.append(record)
    }

    func releaseEnded() {
        // The application may end further connections while it is told of one.
        while let record = ended.popLast() {
            if let exchange = record.pointee.exchange { abandon(exchange) }
            wheel.unlink(timerNode(record))
            topics.unsubscribeFromAll(record)
            let flags = record.pointee.flags
            if flags.contains(.announced) { figures.ends.add(record.pointee.closeCode) }
            if flags.contains(.handshaking) {
                handshakesUnderWay -= 1
                figures.handshakesFailed &+= 1
            }
            if flags.contains(.stream) {
                isReporting = true
                streamEnded(record)
                isReporting = false
            } else if flags.contains(.announced) || flags.contains(.client) {
                isReporting = true
                app.closed(Connection(record), code: record.pointee.closeCode, loop: self)
                isReporting = false
                if flags.contains(.client) { closeReasons[record.pointee.id] = nil }
            }
            // An unsubscribing callback cannot have subscribed it again: only open connections subscribe.
            if !flags.contains(.client) {
                addresses.connectionEnded(record.pointee.address, inHandshake: flags.contains(.handshaking))
            }
            let descriptor = record.pointee.descriptor
            slab.release(record)
            Glibc.close(descriptor)
        }
    }

    /// The handshake is over: the connection no longer counts among its address's unfinished ones.
    func endHandshake(_ record: UnsafeMutablePointer<ConnectionRecord>) {
        guard record.pointee.flags.contains(.handshaking) else { return }
        record.pointee.flags.remove(.handshaking)
        handshakesUnderWay -= 1
        figures.handshakesDone &+= 1
        if record.pointee.tls?.isResumed == true { figures.handshakesResumed &+= 1 }
        addresses.handshakeEnded(record.pointee.address)
    }

    /// The server stops: WebSockets are closed with 1001, requests under way are answered first.
    func askToGo(_ record: UnsafeMutablePointer<ConnectionRecord>) {
        switch record.pointee.phase {
        case .webSocket:
            close(Connection(record), .goingAway, "the server is going down")
        case .http:
            guard record.pointee.exchange?.isBusy != true else { return }  // answered first
            // An answer may still be on its way out.
            return record.pointee.outbox == nil ? drop(record, .goingAway) : endWhenSent(record)
        case .connecting, .upgrading, .securing: drop(record, .goingAway)
        case .stream: endStream(record)
        case .draining, .lingering, .dead: break
        }
    }
}
