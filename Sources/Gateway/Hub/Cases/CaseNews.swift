import CaseMachine
import CaseStore
import Synchronization
import Wire

/// A commit on its way to all loops, or a case as it was found in the store. What is encoded of it is encoded once for
/// each side, by whoever needs it first, and shared by all sockets of all loops.
final class CaseNews: Sendable {
    private let publication: Publication
    private let encoded = Mutex(Encoded())

    private struct Encoded {
        var events: [Side: [[UInt8]?]] = [:]
        var summaries: [Side: [UInt8]] = [:]
    }

    init(_ publication: Publication) { self.publication = publication }

    convenience init(_ loaded: LoadedCase) { self.init(Publication(KnownCase(loaded))) }

    var id: CaseID { publication.id }
    var publicID: PublicID { publication.publicID }
    var version: Int64 { publication.version }
    var state: CaseState { publication.state }
    var events: [NumberedEvent] { publication.events }
    var previousTeam: TeamID? { publication.previousTeam }

    /// The messages of its events for one side, in their order; nil for each that has to be made where one may wait for
    /// the store.
    func messages(for side: Side, _ words: @autoclosure () -> Words) -> [[UInt8]?] {
        encoded.withLock { encoded in
            if let known = encoded.events[side] { return known }
            let words = words()
            let bytes = events.map { event -> [UInt8]? in
                let stored = StoredEvent(numbers: event.numbers, event: event.event, isDeleted: false)
                return try? words.push(stored, of: publicID, for: side).map { ServerMessage.event($0).json }
            }
            encoded.events[side] = bytes
            return bytes
        }
    }

    /// The summary for one side; nil if it has to be made where one may wait for the store.
    func summary(for side: Side, _ words: @autoclosure () -> Words) -> [UInt8]? {
        if let known = encoded.withLock({ $0.summaries[side] }) { return known }
        guard let summary = try? words().summary(of: self, for: side) else { return nil }
        let bytes = ServerMessage.summary(summary).json
        encoded.withLock { $0.summaries[side] = bytes }
        return bytes
    }
}

extension Numbers {
    func number(for side: Side) -> Int64? {
        switch side {
        case .team: forTeam
        case .guest: forGuest
        }
    }
}
