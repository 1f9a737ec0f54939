import Dispatch
import Synchronization

/// Fetches tickets beside the event loops, which must not wait for HTTP: each connection needs a new one, and after a
/// restart of the server everybody comes at once.
final class TicketDesk: Sendable {
    private final class Clerk: Sendable {
        let queue: DispatchQueue
        let door: Mutex<HouseDoor>

        init(_ house: HouseAddress, _ number: Int) {
            queue = DispatchQueue(label: "tickets-\(number)")
            door = Mutex(HouseDoor(house))
        }
    }

    private let clerks: [Clerk]
    private let next = Atomic(0)

    init(_ house: HouseAddress, clerks count: Int = 2) {
        clerks = (0..<count).map { Clerk(house, $0) }
    }

    func fetch(_ session: HouseSession, _ done: @escaping @Sendable (Result<String, HouseError>) -> Void) {
        let turn = next.wrappingAdd(1, ordering: .relaxed).oldValue
        let clerk = clerks[turn % clerks.count]
        clerk.queue.async {
            let result: Result<String, HouseError> = clerk.door.withLock { door in
                do throws(HouseError) {
                    return .success(try door.ticket(session))
                } catch {
                    return .failure(error)
                }
            }
            done(result)
        }
    }
}
