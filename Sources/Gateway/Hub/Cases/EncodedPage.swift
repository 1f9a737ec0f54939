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
        /// This case cannot be read.
        case trouble
    }

    let outcome: Outcome

    init(_ house: HouseServices, of id: CaseID, _ name: PublicID, for side: Side, after: Int64, limit: Int) {
        do {
            switch try house.store.events(of: id, for: side, after: after, limit: limit) {
            case .failure: outcome = .trouble
            case .success(let page):
                let words = Words(house, mayRead: true)
                var events: [Numbered<[UInt8]>] = []
                var bytes = 0
                for event in page.events {
                    // A shorter page is followed by the next: a hundred of the longest messages would not fit into what
                    // may wait for a socket.
                    guard bytes < house.limits.pageBytes else { break }
                    guard let push = try words.push(event, of: name, for: side) else { break }
                    let message = ServerMessage.event(push).json
                    bytes += message.count
                    events.append(Numbered(push.seq, message))
                }
                outcome = .read(events, head: page.head)
            }
        } catch {
            outcome = .failed
        }
    }
}
