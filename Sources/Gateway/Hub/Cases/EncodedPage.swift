import CaseMachine
import CaseStore
import Feed
import Wire

/// A page of a log as it goes out, made on a reader's thread.
struct EncodedPage: Sendable {
    enum Outcome: Sendable {
        case read([Numbered<[UInt8]>], head: Int64)
        /// The store, or the directory, cannot be asked just now.
        case failed
        /// This case cannot be read, or may not be read by whoever asks.
        case trouble
    }

    let outcome: Outcome

    /// Who may read it is asked of the case as it stands beside the events: the loop may have heard nothing of it before it
    /// was subscribed to.
    ///
    /// A shorter page than was asked for is followed by the next: a hundred of the longest messages would not fit into what
    /// may wait for a socket.
    init(
        _ house: HouseServices, of id: CaseID, _ name: PublicID, for actor: Actor, _ side: Side, after: Int64,
        limit: Int
    ) {
        outcome = Self.read(house, of: id, name, for: actor, side, after: after, limit: limit)
    }

    private static func read(
        _ house: HouseServices, of id: CaseID, _ name: PublicID, for actor: Actor, _ side: Side, after: Int64,
        limit: Int
    ) -> Outcome {
        let words = Words(house, mayRead: true)
        var events: [Numbered<[UInt8]>] = []
        var bytes = 0
        var portion = firstPortion
        do {
            while true {
                let wanted = min(portion, limit - events.count)
                let after = events.last?.number ?? after
                let before = events.count
                switch try house.store.events(of: id, for: side, after: after, limit: wanted) {
                case .failure: return .trouble
                case .success(let page):
                    guard actor.mayRead(page.state) else { return .trouble }
                    for event in page.events {
                        guard let push = try words.push(event, of: name, for: side) else { break }
                        let message = ServerMessage.event(push).json
                        bytes += message.count
                        events.append(Numbered(push.seq, message))
                    }
                    let room = house.limits.pageBytes - bytes
                    guard events.count - before == wanted, events.count < limit, room > 0, bytes > 0 else {
                        // The newest head: what lies between is read by the next page.
                        return .read(events, head: page.head)
                    }
                    // As many as there is room for, if they are like those before.
                    portion = max(1, room / (bytes / max(1, events.count) + 1))
                }
            }
        } catch {
            return .failed
        }
    }

    /// Each event is unsealed when it is read: of the longest, more would be thrown away again.
    private static let firstPortion = 8
}
