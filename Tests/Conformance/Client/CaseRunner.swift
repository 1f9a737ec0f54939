import Glibc
import Reactor
import WebSocket

/// One case after the other, each on a connection of its own.
final class CaseRunner: Application {
    private enum Step: Equatable {
        case counting
        case running(Int)
        case reporting
    }

    private let handle: LoopHandle
    private let address: ListenAddress
    private let agent: String
    private var step = Step.counting
    private var count = 0

    init(_ handle: LoopHandle, address: ListenAddress, agent: String) {
        self.handle = handle
        self.address = address
        self.agent = agent
    }

    func start(_ loop: EventLoop) {
        var request = ClientRequest(address: address, target: "/getCaseCount")
        switch step {
        case .counting:
            break
        case .running(let number):
            request.target = "/runCase?case=\(number)&agent=\(agent)"
            request.deflate = Self.offer
        case .reporting:
            request.target = "/updateReports?agent=\(agent)"
        }
        guard loop.connect(request) != nil else { fail("no connection to \(address.description)") }
    }

    /// Offers all there is (also to forget after each message), so that the server may choose each case's parameters.
    private static let offer = DeflatePolicy(serverKeepsContext: true, clientKeepsContext: false)

    func opened(_ connection: Connection, subprotocol: String?, loop: EventLoop) {}

    func received(
        _ kind: MessageKind, _ bytes: UnsafeMutableRawBufferPointer, on connection: Connection, loop: EventLoop
    ) {
        switch step {
        case .counting: count = Int(String(decoding: bytes, as: UTF8.self)) ?? 0
        case .running: loop.send(kind, UnsafeRawBufferPointer(bytes), to: connection)
        case .reporting: break
        }
    }

    func closed(_ connection: Connection, code: CloseCode, loop: EventLoop) {
        switch step {
        case .counting:
            guard count > 0 else { fail("the server at \(address.description) tells no number of cases") }
            step = .running(1)
        case .running(let number):
            step = number < count ? .running(number + 1) : .reporting
        case .reporting:
            print("\(count) cases run")
            exit(0)
        }
        start(loop)
    }

    func plan(for head: RequestHead, on connection: Connection, loop: EventLoop) -> RequestPlan {
        .respond(Response(.notFound, text: "A client serves nothing.\n"))
    }

    func respond(to head: RequestHead, body: [UInt8], request: RequestID, loop: EventLoop) {}
}
