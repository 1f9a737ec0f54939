import Broker
package import CaseStore
import Reactor
import WebSocket

/// `/v1/socket` on one loop: hands what its sockets do to the loop's desk.
final class SocketApplication: Application {
    private let openDesk: (EventLoop, LoopHandle) -> SocketDesk
    private let handle: LoopHandle
    private let origin: OwnOrigin
    private var desk: SocketDesk?

    init(
        _ handle: LoopHandle, origin: OwnOrigin, openDesk: @escaping (EventLoop, LoopHandle) -> SocketDesk
    ) {
        self.openDesk = openDesk
        self.handle = handle
        self.origin = origin
    }

    func began(loop: EventLoop) { desk = openDesk(loop, handle) }

    /// A socket is opened by a page of ours; a client that is no browser names no origin (RFC 6455 §10.2).
    func plan(for head: RequestHead, on connection: Connection, loop: EventLoop) -> RequestPlan {
        .upgrade(SocketDesk.policy { [origin] in origin.allows(origin: $0, authority: head.authority) })
    }

    func respond(to head: RequestHead, body: [UInt8], request: RequestID, loop: EventLoop) {
        // Every plan is an upgrade: no request gets here.
    }

    func opened(_ connection: Connection, subprotocol: String?, loop: EventLoop) { desk?.opened(connection) }

    func received(
        _ kind: MessageKind, _ bytes: UnsafeMutableRawBufferPointer, on connection: Connection, loop: EventLoop
    ) {
        desk?.received(kind, bytes, on: connection)
    }

    func closed(_ connection: Connection, code: CloseCode, loop: EventLoop) { desk?.closed(connection) }
}

extension House.Sockets {
    /// The live side of this process. `fail` is told that the store cannot be trusted any more, and is expected to end it.
    package static func live(
        _ storage: Storage, limits: HubLimits = HubLimits(), fail: @escaping @Sendable (StoreError) -> Void
    ) throws -> Self {
        try live(storage.store, storage, limits, fail)
    }

    private static func live(
        _ store: some CaseStore, _ storage: Storage, _ limits: HubLimits,
        _ fail: @escaping @Sendable (StoreError) -> Void
    ) throws -> Self {
        let bell = try Bell()
        let live = try LiveHouse(
            store, storage.directory, limits: limits, keys: storage.vault, neighbours: storage.neighbours, bell: bell,
            fail: fail)
        var sockets = Self()
        sockets.bell = bell
        sockets.letterChanged = { live.letterChanged(in: $0) }
        sockets.make = { handle, _, publicURL in
            SocketApplication(handle, origin: OwnOrigin(publicURL)) { live.openDesk(on: $0, $1) }
        }
        sockets.endSession = { live.endSession($0) }
        sockets.rosterChanged = { live.rosterChanged() }
        sockets.expectedWait = { live.expectedWait(of: $0) }
        sockets.stop = { live.stop() }
        sockets.fileChanged = { live.fileChanged($0) }
        sockets.watch = { health, metrics in
            metrics.watch(live)
            metrics.watchNodes(of: live)
            if live.brokerFigures != nil {
                // Chats go on without it, only slower.
                health.register("broker", .comfort) {
                    guard let figures = live.brokerFigures else { return PartHealth(.failing, "it has ended") }
                    return figures.isWell ? .ok : PartHealth(.failing, "away: other nodes are heard of by looking")
                }
            }
            health.register("engine", .readiness) {
                // Longer than the board waits: what is late is for the board to say.
                await live.look(within: .seconds(5)) == nil ? PartHealth(.failing, "it has ended") : .ok
            }
        }
        return sockets
    }
}
