import LoadCheck
import Reactor
import WebSocket

/// What all loops of a run share.
struct CrowdPlan: Sendable {
    /// Where each node's sockets are, in the order of `--url`.
    let addresses: [SocketAddress]
    let run: UInt32
    let seed: UInt64
    let textBytes: Int
    let watches: Bool
    /// What a client waits at most before it tries again, in microseconds.
    let longestPause: Int64
    /// The first loop has those that are measured, the others have the rest.
    let keepsOnlookersApart: Bool
    let tickets: TicketDesk
    let progress: Progress
    let history: HistoryFile?
}

/// The clients of one event loop, and the loop's time for them.
final class Crowd: Application {
    let plan: CrowdPlan
    let handle: LoopHandle
    var book: HistoryBook
    var latencies = Latencies()
    var numbers: SeededNumbers
    private var clients: [Int: SimulatedClient] = [:]

    private static let tick: Duration = .milliseconds(50)
    private static let flushInterval: Duration = .milliseconds(250)

    init(_ plan: CrowdPlan, _ handle: LoopHandle) {
        self.plan = plan
        self.handle = handle
        book = HistoryBook(plan.history)
        numbers = SeededNumbers(seed: plan.seed &+ UInt64(handle.index) &* 0x1_0001)
    }

    func began(loop: EventLoop) {
        // As if they were at other machines: the program must not measure how it stands in its own way.
        if plan.keepsOnlookersApart { handle.index > 0 ? OwnThread.yieldToOthers() : OwnThread.comeFirst() }
        loop.every(Self.tick) { [unowned self] loop in
            let now = microseconds()
            for client in clients.values { client.wake(now, loop) }
        }
        loop.every(Self.flushInterval) { [unowned self] _ in book.flush() }
    }

    func add(_ person: Participant, loop: EventLoop) {
        let client = SimulatedClient(person, self)
        clients[person.number] = client
        client.comeIn()
    }

    /// Ends these clients' sockets at once and without a word.
    func cut(_ numbers: ClosedRange<Int>, loop: EventLoop) {
        for number in numbers { clients[number]?.cut(loop) }
    }

    func client(_ number: Int) -> SimulatedClient? { clients[number] }

    /// Writes down the rest and hands over what was measured, which begins anew.
    func collect() -> Latencies {
        book.flush()
        defer { latencies = Latencies() }
        return latencies
    }

    // MARK: From the loop

    func opened(_ connection: Connection, subprotocol: String?, loop: EventLoop) {
        guard subprotocol == "foyer.v1" else {
            plan.progress.fail("the server does not speak foyer.v1")
            return loop.close(connection, .normal)
        }
        clients[Int(connection.context)]?.opened(connection.id, loop)
    }

    func received(
        _ kind: MessageKind, _ bytes: UnsafeMutableRawBufferPointer, on connection: Connection, loop: EventLoop
    ) {
        clients[Int(connection.context)]?.received(UnsafeRawBufferPointer(bytes), loop)
    }

    func closed(_ connection: Connection, code: CloseCode, loop: EventLoop) {
        clients[Int(connection.context)]?.closed(code, reason: loop.closeReason(of: connection))
    }

    func plan(for head: RequestHead, on connection: Connection, loop: EventLoop) -> RequestPlan {
        .respond(Response(.notFound, text: "A client serves nothing.\n"))
    }

    func respond(to head: RequestHead, body: [UInt8], request: RequestID, loop: EventLoop) {}
}
