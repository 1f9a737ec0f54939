import CLinux
import Glibc
import WebSocket

/// Takes what a stream of bytes brings, on the loop's thread. Between `connect` and `closed` it is kept by the loop.
package protocol StreamReceiver: AnyObject {
    /// The connection stands, and its TLS where that was asked for: `write` takes bytes from now on.
    func opened(_ stream: ConnectionID, loop: EventLoop)

    /// Bytes as they came, cut anywhere; valid during the call.
    func received(_ bytes: UnsafeRawBufferPointer, on stream: ConnectionID, loop: EventLoop)

    /// The last call for a stream, also for one that never opened.
    func closed(_ stream: ConnectionID, _ end: StreamEnd, loop: EventLoop)
}

/// How a stream came to its end.
package enum StreamEnd: Equatable, Sendable, CustomStringConvertible {
    /// By us.
    case asked
    /// By the peer, or it broke while being written to.
    case peer
    /// The connection was not made; `errno`.
    case refused(Int32)
    /// It broke while being read; `errno`.
    case broken(Int32)
    /// It was not made, or nothing of what waited was taken, for as long as may be.
    case timedOut
    /// The peer's certificate is not one that we trust, or its TLS is broken.
    case insecure(String)

    package var description: String {
        switch self {
        case .asked: "the connection was ended here"
        case .peer: "the peer ended the connection"
        case .refused(let number): "no connection: \(String(cString: strerror(number)))"
        case .broken(let number): "the connection broke: \(String(cString: strerror(number)))"
        case .timedOut: "no connection, or no progress, in time"
        case .insecure(let reason): "TLS: \(reason)"
        }
    }
}

/// Where a stream goes.
package struct StreamRequest: Sendable {
    package var address: ListenAddress
    package var security: TLSPeer?

    package init(_ address: ListenAddress, security: TLSPeer? = nil) {
        self.address = address
        self.security = security
    }
}

/// A stream as its loop knows it. Few exist, so they stand beside the records, which stay as small as WebSockets need.
final class ByteStream {
    let receiver: any StreamReceiver
    let request: StreamRequest
    var end: StreamEnd?

    init(_ receiver: any StreamReceiver, _ request: StreamRequest) {
        self.receiver = receiver
        self.request = request
    }
}

/// Connections of our own making that carry plain bytes: towards Redis, say. They share the records, TLS, send queues and
/// timers of WebSockets; of `LoopLimits` the handshake, write and close timeouts and the bound of the send queue hold.
extension EventLoop {
    /// Begins a connection; `opened` or `closed` tells how it went. Fails at once when no descriptor or no route is to
    /// be had, or when the loop is stopping.
    @discardableResult
    package func connect(
        _ request: StreamRequest, _ receiver: any StreamReceiver
    ) throws(ReactorError) -> ConnectionID {
        guard !isStopping else { throw ReactorError(.system, "the loop is stopping") }
        var address = request.address.address
        let descriptor = clinux_connect(&address, nil)
        guard descriptor >= 0 else {
            throw ReactorError(.system, "cannot connect to \(request.address.description)", errno)
        }
        let record = slab.take(descriptor: descriptor)
        record.pointee.phase = .connecting
        record.pointee.flags = [.client, .stream, .watchesWrite, .pausesRead]
        record.pointee.address = PeerAddress(address)
        record.pointee.since = now
        streams[record.pointee.id] = ByteStream(receiver, request)
        watch(record)
        armTimer(record)
        return record.pointee.id
    }

    /// Sends with whatever else this turn sends; `false` when nothing of it was taken, because the stream is not open or
    /// more would wait than `LoopLimits.sendQueueBytes`.
    package func write(_ bytes: UnsafeRawBufferPointer, to stream: ConnectionID) -> Bool {
        guard let record = slab[stream], record.pointee.phase == .stream,
            bytes.count <= limits.sendQueueBytes - (record.pointee.outbox?.byteCount ?? 0)
        else { return false }
        if corked == record {
            cork.append(bytes)
            if cork.count >= Self.corkBytes { flushCork() }
        } else {
            queue(record, bytes)
        }
        return true
    }

    /// Bytes that wait because the peer does not read.
    package func unsentBytes(of stream: ConnectionID) -> Int { slab[stream]?.pointee.outbox?.byteCount ?? 0 }

    /// Ends a stream once everything that waits is out; nothing more is received.
    package func end(_ stream: ConnectionID) {
        if let record = slab[stream] { endStream(record) }
    }

    /// Ends a stream at once; what waits is dropped.
    package func abort(_ stream: ConnectionID) {
        guard let record = slab[stream] else { return }
        note(.asked, record)
        drop(record, .normal)
    }

    // MARK: - The loop's own

    func endStream(_ record: UnsafeMutablePointer<ConnectionRecord>) {
        note(.asked, record)
        guard record.pointee.phase == .stream else { return drop(record, .normal) }
        // Bytes of the peer's that nobody reads any more would turn the end into a reset, and a reset overtakes what we
        // said last.
        record.pointee.flags.insert(.lingers)
        endWhenSent(record)
    }

    /// epoll says that the attempt has ended, one way or the other.
    func streamConnected(_ record: UnsafeMutablePointer<ConnectionRecord>) {
        let error = clinux_socket_error(record.pointee.descriptor)
        guard error == 0, let stream = streams[record.pointee.id] else {
            note(.refused(error), record)
            return drop(record, .abnormal)
        }
        record.pointee.flags.subtract([.watchesWrite, .pausesRead])
        record.pointee.lastReceived = now
        updateInterest(record)
        guard let security = stream.request.security else { return openStream(record) }
        secure(record, security)
    }

    func openStream(_ record: UnsafeMutablePointer<ConnectionRecord>) {
        guard let stream = streams[record.pointee.id] else { return drop(record, .abnormal) }
        record.pointee.phase = .stream
        record.pointee.since = now
        stream.receiver.opened(record.pointee.id, loop: self)
        if isStopping { endStream(record) }
    }

    func streamReceived(
        _ record: UnsafeMutablePointer<ConnectionRecord>, _ bytes: UnsafeMutableRawBufferPointer
    ) {
        guard let stream = streams[record.pointee.id] else { return }
        stream.receiver.received(UnsafeRawBufferPointer(bytes), on: record.pointee.id, loop: self)
    }

    /// Reading failed with `error`, or came to the end (0).
    func streamBroke(_ record: UnsafeMutablePointer<ConnectionRecord>, _ error: Int32) {
        note(error == 0 ? .peer : .broken(error), record)
    }

    func streamIsInsecure(_ record: UnsafeMutablePointer<ConnectionRecord>, _ reason: String) {
        note(.insecure(reason), record)
    }

    func streamTimedOut(_ record: UnsafeMutablePointer<ConnectionRecord>) { note(.timedOut, record) }

    /// The record is about to be released.
    func streamEnded(_ record: UnsafeMutablePointer<ConnectionRecord>) {
        guard let stream = streams.removeValue(forKey: record.pointee.id) else { return }
        stream.receiver.closed(record.pointee.id, stream.end ?? .peer, loop: self)
    }

    /// What ended it first is the reason.
    private func note(_ end: StreamEnd, _ record: UnsafeMutablePointer<ConnectionRecord>) {
        guard record.pointee.phase != .dead, let stream = streams[record.pointee.id], stream.end == nil else { return }
        stream.end = end
    }
}
