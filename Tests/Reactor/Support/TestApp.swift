import Glibc
import Synchronization
import WebSocket

@testable import Reactor

/// What an application of a test does; each test names what differs.
struct Script: Sendable {
    var plan: @Sendable (RequestHead, Connection, EventLoop) -> RequestPlan = { head, _, _ in
        head.hasPath("/healthz") ? .respond(.ok("ok\n")) : .upgrade(UpgradePolicy())
    }
    var respond: @Sendable (RequestHead, [UInt8], RequestID, EventLoop) -> Void = { _, body, request, loop in
        loop.respond(request, Response(.ok, body: body))
    }
    var opened: @Sendable (Connection, EventLoop) -> Void = { _, _ in }
    var received: @Sendable (MessageKind, UnsafeMutableRawBufferPointer, Connection, EventLoop) -> Void = {
        kind, bytes, connection, loop in
        loop.send(kind, UnsafeRawBufferPointer(bytes), to: connection)
    }
    var closed: @Sendable (Connection, CloseCode, EventLoop) -> Void = { _, _, _ in }
}

/// What happened to an application, as another thread reads it.
final class Journal: Sendable {
    struct Entries {
        var opened: [ConnectionID] = []
        var subprotocols: [String?] = []
        var closed: [CloseCode] = []
        var messages: [[UInt8]] = []
        var notes: [String] = []
    }

    private let entries = Mutex(Entries())

    func add(_ change: (inout sending Entries) -> Void) { entries.withLock { change(&$0) } }
    func note(_ text: String) { entries.withLock { $0.notes.append(text) } }
    var now: Entries { entries.withLock { $0 } }
    var opened: [ConnectionID] { now.opened }
    var closed: [CloseCode] { now.closed }
    var messages: [[UInt8]] { now.messages }
    var notes: [String] { now.notes }
}

final class TestApp: Application {
    private let script: Script
    private let journal: Journal

    init(_ script: Script, _ journal: Journal) {
        self.script = script
        self.journal = journal
    }

    func plan(for head: RequestHead, on connection: Connection, loop: EventLoop) -> RequestPlan {
        script.plan(head, connection, loop)
    }

    func respond(to head: RequestHead, body: [UInt8], request: RequestID, loop: EventLoop) {
        script.respond(head, body, request, loop)
    }

    func opened(_ connection: Connection, subprotocol: String?, loop: EventLoop) {
        journal.add {
            $0.opened.append(connection.id)
            $0.subprotocols.append(subprotocol)
        }
        script.opened(connection, loop)
    }

    func received(
        _ kind: MessageKind, _ bytes: UnsafeMutableRawBufferPointer, on connection: Connection, loop: EventLoop
    ) {
        let copy = [UInt8](bytes)
        journal.add { $0.messages.append(copy) }
        script.received(kind, bytes, connection, loop)
    }

    func closed(_ connection: Connection, code: CloseCode, loop: EventLoop) {
        journal.add { $0.closed.append(code) }
        script.closed(connection, code, loop)
    }
}

extension EventLoop {
    /// Sends a text.
    func send(_ text: String, to connection: Connection) {
        Array(text.utf8).withUnsafeBytes { send(.text, $0, to: connection) }
    }

    func publish(_ text: String, to topic: String) {
        Array(text.utf8).withUnsafeBytes { _ = publish(.text, $0, toTopicNamed: topic) }
    }
}

/// Lets time pass where that is what a test is about.
func pause(milliseconds: UInt32) { usleep(milliseconds * 1000) }
