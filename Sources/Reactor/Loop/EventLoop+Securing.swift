import CLinux
import Glibc
import WebSocket

/// For TLS towards a server: whom to trust, and the name (or numeric address) that the server's certificate must bear.
package typealias TLSPeer = (context: TLSContext, peerName: String)

/// The client's side of a TLS handshake, before a stream or a WebSocket of our own making opens.
extension EventLoop {
    /// Begins the handshake on a connection that has just been made.
    func secure(_ record: UnsafeMutablePointer<ConnectionRecord>, _ peer: TLSPeer) {
        guard let session = TLSSession(peer.context, pipe: tlsPipe, role: .client),
            session.expect(peerName: peer.peerName)
        else {
            streamIsInsecure(record, "OpenSSL makes no session")
            return drop(record, .internalError)
        }
        record.pointee.tls = session
        record.pointee.phase = .securing
        shakeHands(record, session, UnsafeRawBufferPointer(start: nil, count: 0))
    }

    /// Reads during the handshake.
    func secure(_ record: UnsafeMutablePointer<ConnectionRecord>) {
        guard let session = record.pointee.tls else { return drop(record, .abnormal) }
        let count = clinux_recv(record.pointee.descriptor, receiveBuffer.baseAddress, receiveBuffer.count)
        guard count > 0 else {
            if count < 0, errno == EAGAIN || errno == EINTR { return }
            streamBroke(record, count < 0 ? errno : 0)
            return drop(record, .abnormal)
        }
        shakeHands(record, session, UnsafeRawBufferPointer(start: receiveBuffer.baseAddress, count: count))
    }

    private func shakeHands(
        _ record: UnsafeMutablePointer<ConnectionRecord>, _ session: TLSSession, _ bytes: UnsafeRawBufferPointer
    ) {
        tlsPipe.feed(bytes)
        let progress = session.shakeHands()
        let rest = tlsPipe.rest
        tlsPipe.forget()
        flushPipe(record)
        guard record.pointee.phase == .securing else { return }
        switch progress {
        case .needsMore:
            break
        case .done:
            if record.pointee.flags.contains(.stream) { openStream(record) } else { sendOpening(record) }
            // What came with the last of the handshake; it still lies in the receive buffer.
            if rest.count > 0, record.pointee.phase == .stream || record.pointee.phase == .upgrading {
                receivedSealed(record, rest)
            }
        case .failed(let reason):
            streamIsInsecure(record, reason)
            drop(record, .abnormal)
        }
    }
}
