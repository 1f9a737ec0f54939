import Reactor
import Synchronization

/// A desk as other threads see it: what is asked of it happens on its loop's thread.
///
/// Sound, since the desk is touched in the closures alone that its own loop runs.
struct DeskDoor: @unchecked Sendable {
    let handle: LoopHandle
    private let desk: SocketDesk

    init(_ desk: SocketDesk, _ handle: LoopHandle) {
        self.desk = desk
        self.handle = handle
    }

    /// False when the loop's mailbox is full (unless it is urgent), or the loop has ended.
    @discardableResult
    func tell(urgent: Bool = false, _ body: @escaping @Sendable (SocketDesk) -> Void) -> Bool {
        handle.run(urgent: urgent) { _ in body(desk) }
    }
}

/// The desks of all loops. Each comes when its loop begins.
final class DeskDoors: Sendable {
    private let doors = Mutex<[Int: DeskDoor]>([:])

    func add(_ door: DeskDoor) { doors.withLock { $0[door.handle.index] = door } }

    func close() { doors.withLock { $0.removeAll() } }

    subscript(loop: Int) -> DeskDoor? { doors.withLock { $0[loop] } }
    var all: [DeskDoor] { doors.withLock { Array($0.values) } }
}
