import Dispatch

/// Sends from a thread of its own, so that the test can read meanwhile.
final class Sender: @unchecked Sendable {
    // Sound: the peer's socket may be written to and read from by two threads; nothing else of it is used here, and
    // `failure` is read after the semaphore only.
    private let peer: Peer
    private let done = DispatchSemaphore(value: 0)
    private var failure: (any Error)?

    init(_ peer: Peer, _ chunks: [[UInt8]]) {
        self.peer = peer
        DispatchQueue(label: "sender").async {
            do {
                for chunk in chunks { try self.peer.send(chunk) }
            } catch {
                self.failure = error
            }
            self.done.signal()
        }
    }

    func finish() throws {
        done.wait()
        if let failure { throw failure }
    }
}
