import CLinux
import Glibc
import WebSocket

extension EventLoop {
    /// Reads once: what is left in the kernel makes epoll tell again, after others had their turn.
    func readable(_ record: UnsafeMutablePointer<ConnectionRecord>) {
        // Asked first: all but a few reads are a WebSocket's.
        if record.pointee.phase != .webSocket, !mayBeRead(record) { return }
        let count = clinux_recv(record.pointee.descriptor, receiveBuffer.baseAddress, receiveBuffer.count)
        guard count > 0 else {
            if count < 0, errno == EAGAIN || errno == EINTR { return }
            if record.pointee.flags.contains(.stream) { streamBroke(record, count < 0 ? errno : 0) }
            return peerEnded(record)
        }
        figures.bytesReceived &+= count
        record.pointee.lastReceived = now
        record.pointee.flags.remove(.pinged)
        let bytes = UnsafeMutableRawBufferPointer(rebasing: receiveBuffer[..<count])
        if record.pointee.tls == nil {
            received(record, bytes)
        } else {
            receivedSealed(record, UnsafeRawBufferPointer(bytes))
        }
    }

    @inline(never)
    private func mayBeRead(_ record: UnsafeMutablePointer<ConnectionRecord>) -> Bool {
        switch record.pointee.phase {
        case .dead: return false
        case .connecting:
            connected(record)
            return false
        case .securing:
            secure(record)
            return false
        case .http: return hasItsTurn(record)
        case .webSocket, .upgrading, .stream, .draining, .lingering: return true
        }
    }

    /// A storm of new TLS connections must not keep those waiting who are in: what is left in the kernel makes epoll tell
    /// again in the next turn, behind the others.
    private func hasItsTurn(_ record: UnsafeMutablePointer<ConnectionRecord>) -> Bool {
        guard record.pointee.tls != nil, record.pointee.flags.contains(.handshaking), limits.tlsStepsPerTurn > 0 else {
            return true
        }
        guard tlsStepsThisTurn < limits.tlsStepsPerTurn else {
            figures.handshakesPostponed &+= 1
            return false
        }
        // By its own end, so that a turn without handshakes does nothing for it.
        if tlsStepsThisTurn == 0 { atEndOfTurn { $0.tlsStepsThisTurn = 0 } }
        tlsStepsThisTurn += 1
        return true
    }

    /// Hands plain bytes to whatever the connection speaks by now, and sends what that answers in one call.
    @inline(__always)
    func received(_ record: UnsafeMutablePointer<ConnectionRecord>, _ bytes: UnsafeMutableRawBufferPointer) {
        corked = record
        // Asked first: all but a few reads are a WebSocket's.
        if record.pointee.phase == .webSocket {
            webSocketReceived(record, bytes)
            return uncork()
        }
        switch record.pointee.phase {
        case .http: httpReceived(record, bytes)
        case .upgrading: upgradeResponseReceived(record, bytes)
        case .stream: streamReceived(record, bytes)
        case .webSocket, .connecting, .securing, .draining, .lingering, .dead: break  // discarded
        }
        uncork()
    }

    /// The peer sent its FIN, or the connection broke.
    private func peerEnded(_ record: UnsafeMutablePointer<ConnectionRecord>) {
        if record.pointee.phase == .http, let exchange = record.pointee.exchange { abandon(exchange) }
        drop(record, record.pointee.closeCode)
    }

    // MARK: - TLS

    /// Decrypts all that has arrived: OpenSSL takes it record by record, and keeps no more than one that is incomplete.
    func receivedSealed(_ record: UnsafeMutablePointer<ConnectionRecord>, _ bytes: UnsafeRawBufferPointer) {
        guard let session = record.pointee.tls else { return }
        tlsPipe.feed(bytes)
        while true {
            plaintext.removeAll(keepingCapacity: Self.keptBytes)
            plaintext.reserve(Self.corkBytes)
            let result = session.read(into: &plaintext)
            // Handshake messages and alerts that OpenSSL wants out.
            flushPipe(record)
            guard record.pointee.phase != .dead else { break }
            if plaintext.count > 0 { received(record, plaintext.bytes) }
            guard record.pointee.phase != .dead else { break }
            switch result {
            case .more: continue
            case .drained: return tlsPipe.forget()
            case .closed:
                tlsPipe.forget()
                return peerEnded(record)
            case .failed:
                tlsPipe.forget()
                return drop(record, .abnormal)
            }
        }
        tlsPipe.forget()
    }

    /// Sends what OpenSSL has put out by itself.
    func flushPipe(_ record: UnsafeMutablePointer<ConnectionRecord>) {
        guard tlsPipe.output.count > 0 else { return }
        transmitRaw(record, UnsafeRawBufferPointer(tlsPipe.output.bytes))
        tlsPipe.output.removeAll(keepingCapacity: Self.keptBytes)
    }
}
