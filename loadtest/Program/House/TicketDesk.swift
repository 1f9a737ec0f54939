import Dispatch
import Reactor
import Synchronization

/// Fetches tickets beside the event loops, which must not wait for HTTP: each connection needs a new one, and after a
/// restart of the server everybody comes at once.
final class TicketDesk: Sendable {
    private final class Clerk: Sendable {
        let queue: DispatchQueue
        let door: Mutex<HouseDoor>

        init(_ house: HouseAddress, _ name: String) {
            queue = DispatchQueue(label: name)
            door = Mutex(HouseDoor(house))
        }
    }

    /// The clerks of one node.
    private final class Counter: Sendable {
        let clerks: [Clerk]
        let turn = Atomic(0)
        /// When the node has last left somebody without an answer, in microseconds.
        let silentAt = Atomic<Int64>(.min)

        init(_ house: HouseAddress, _ number: Int, _ count: Int) {
            clerks = (0..<count).map { Clerk(house, "tickets-\(number)-\($0)") }
        }
    }

    private let counters: [Counter]

    init(_ houses: [HouseAddress], clerks count: Int = 2) {
        counters = houses.enumerated().map { Counter($1, $0, count) }
    }

    func fetch(
        _ session: HouseSession, at node: Int, _ done: @escaping @Sendable (Result<String, HouseError>) -> Void
    ) {
        let counter = counters[node]
        let clerk = counter.clerks[counter.turn.wrappingAdd(1, ordering: .relaxed).oldValue % counter.clerks.count]
        let came = microseconds()
        clerk.queue.async {
            OwnThread.yieldToOthers()
            // Who waited behind somebody that got no answer has waited as long: nobody does so one after the other.
            guard came > counter.silentAt.load(ordering: .relaxed) else {
                return done(.failure(HouseError("the node does not answer")))
            }
            let result: Result<String, HouseError> = clerk.door.withLock { door in
                do throws(HouseError) {
                    return .success(try door.ticket(session))
                } catch {
                    return .failure(error)
                }
            }
            if case .failure(let error) = result, error.status == nil {
                counter.silentAt.store(microseconds(), ordering: .relaxed)
            }
            done(result)
        }
    }
}
