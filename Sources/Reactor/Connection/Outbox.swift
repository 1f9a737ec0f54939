import CLinux
import Glibc
import WebSocket

/// Bytes that several connections wait to send, kept once.
final class SharedBytes: Sendable {
    let bytes: [UInt8]

    init(_ bytes: UnsafeRawBufferPointer) {
        self.bytes = [UInt8](bytes)
    }
}

/// What waits because the kernel would not take more, or was queued outside the connection's own event. Exists only
/// while something waits.
final class Outbox {
    private enum Piece {
        case own([UInt8])
        case shared(SharedBytes)

        var count: Int {
            switch self {
            case .own(let bytes): bytes.count
            case .shared(let shared): shared.bytes.count
            }
        }

        func withUnsafeBytes<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result {
            switch self {
            case .own(let bytes): bytes.withUnsafeBytes(body)
            case .shared(let shared): shared.bytes.withUnsafeBytes(body)
            }
        }
    }

    /// Own bytes are joined to pieces of about this size: neither a piece a frame, nor one that is moved as it grows.
    private static let joinedBytes = 16 << 10

    private var pieces: [Piece] = []
    /// Index of the first piece that is not out as a whole; those before it are gone.
    private var first = 0
    /// Bytes of that piece that are out.
    private var sent = 0
    private(set) var byteCount = 0
    /// The first piece is the rest of a frame whose beginning is out.
    private var beginsInsideFrame: Bool
    /// When the peer last took a byte, as far as we know: a stall is measured from here.
    var lastProgress: Tick
    /// Bytes that the kernel kept for the peer when it took no more from us. It may keep megabytes, and tells of room only
    /// when a third is free; that they become fewer shows a peer that reads.
    var kernelBytes = Int.max

    init(now: Tick, beginsInsideFrame: Bool = false) {
        lastProgress = now
        self.beginsInsideFrame = beginsInsideFrame
    }

    var isEmpty: Bool { byteCount == 0 }

    func append(_ bytes: UnsafeRawBufferPointer) {
        guard bytes.count > 0 else { return }
        byteCount += bytes.count
        if let count = joinableBytes, count + bytes.count <= Self.joinedBytes,
            case .own(var joined) = pieces.removeLast()  // taken out, so that it is unique and grows in place
        {
            joined.append(contentsOf: bytes)
            pieces.append(.own(joined))
        } else {
            pieces.append(.own([UInt8](bytes)))
        }
    }

    func append(_ shared: SharedBytes) {
        guard !shared.bytes.isEmpty else { return }
        byteCount += shared.bytes.count
        pieces.append(.shared(shared))
    }

    /// Bytes of the last piece, where more can be joined to it.
    private var joinableBytes: Int? {
        switch pieces.last {
        case .own(let bytes): bytes.count
        case .shared, nil: nil
        }
    }

    /// Forgets everything but the piece that has begun to go out: what follows it was never seen by the peer. Pieces
    /// hold whole frames, so that a frame can follow.
    func dropUnsent() {
        guard sent > 0 || beginsInsideFrame, first < pieces.count else {
            pieces.removeAll()
            (first, sent, byteCount) = (0, 0, 0)
            return
        }
        pieces.removeLast(pieces.count - first - 1)
        byteCount = pieces[first].count - sent
    }

    enum Progress {
        /// Everything is out.
        case done
        /// The kernel takes no more for now.
        case blocked
        /// The connection is gone; `errno` says why.
        case failed(Int32)
    }

    /// Sends as much as the kernel takes.
    func flush(to descriptor: Int32, now: Tick) -> Progress {
        while first < pieces.count {
            let rest = pieces[first].count - sent
            let (taken, error) = pieces[first].withUnsafeBytes { bytes in
                let taken = clinux_send(descriptor, bytes.baseAddress.map { $0 + sent }, rest)
                return (taken, taken < 0 ? errno : 0)
            }
            if taken < 0 {
                if error == EINTR { continue }
                compact()
                return error == EAGAIN ? .blocked : .failed(error)
            }
            lastProgress = now
            byteCount -= taken
            sent += taken
            guard sent == pieces[first].count else {
                compact()
                return .blocked
            }
            first += 1
            sent = 0
            beginsInsideFrame = false
        }
        pieces.removeAll()
        first = 0
        return .done
    }

    /// Drops what is out. Only once it is the larger half, so that a long queue is not moved again and again.
    private func compact() {
        guard first > 8, first * 2 > pieces.count else { return }
        pieces.removeFirst(first)
        first = 0
    }
}
