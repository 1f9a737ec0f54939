import CaseMachine
import CaseStore

/// What one node tells the others: sealed on its way (`HintSealer`), and only a hint.
struct NodeLetter: Sendable {
    enum Content: Sendable {
        /// A commit.
        case news(Publication)
        /// Of `PresenceNode`, as it encodes it.
        case presence([UInt8])
        /// Somebody signed out.
        case sessionEnded(SessionID)
        /// Who exists and who may do what was changed.
        case rosterChanged
        /// What leaves the building because of the case stands otherwise than before.
        case letterChanged(CaseID)
        /// A file is how it was not before: its row says how.
        case fileChanged(FileID)
    }

    /// Who tells it: what comes back to its author has been done already.
    let author: NodeID
    let content: Content
}

extension NodeLetter {
    /// Nodes of two releases talk to each other during an upgrade: a letter of another shape is left out, like one that was
    /// lost.
    private static let shape: UInt8 = 1

    private enum Kind: UInt8 {
        case news = 1
        case presence = 2
        case sessionEnded = 3
        case rosterChanged = 4
        case letterChanged = 5
        case fileChanged = 6
    }

    var bytes: [UInt8] {
        var packer = Packer(reserving: 512)
        packer.write(byte: Self.shape)
        packer.write(author.value)
        switch content {
        case .news(let publication):
            packer.write(byte: Kind.news.rawValue)
            publication.pack(into: &packer)
        case .presence(let bytes):
            packer.write(byte: Kind.presence.rawValue)
            packer.write(bytes)
        case .sessionEnded(let session):
            packer.write(byte: Kind.sessionEnded.rawValue)
            packer.write(session.value)
        case .rosterChanged: packer.write(byte: Kind.rosterChanged.rawValue)
        case .letterChanged(let id):
            packer.write(byte: Kind.letterChanged.rawValue)
            packer.write(id)
        case .fileChanged(let file):
            packer.write(byte: Kind.fileChanged.rawValue)
            packer.write(file)
        }
        return packer.bytes
    }

    /// Nil for what was damaged, or written by a release that says it otherwise. Total: no bytes trap.
    init?(_ bytes: [UInt8]) {
        var unpacker = Unpacker(bytes)
        do {
            guard try unpacker.byte() == Self.shape else { return nil }
            author = NodeID(try unpacker.number())
            guard let kind = Kind(rawValue: try unpacker.byte()) else { return nil }
            switch kind {
            case .news: content = .news(try Publication(from: &unpacker))
            case .presence: content = .presence(try unpacker.part())
            case .sessionEnded: content = .sessionEnded(SessionID(try unpacker.number()))
            case .rosterChanged: content = .rosterChanged
            case .letterChanged: content = .letterChanged(try unpacker.id())
            case .fileChanged: content = .fileChanged(try unpacker.id())
            }
            try unpacker.end()
        } catch {
            return nil
        }
    }
}

extension Publication {
    fileprivate func pack(into packer: inout Packer) {
        packer.write(id)
        packer.write(publicID.text)
        packer.write(version)
        packer.write(state.packed)
        packer.write(previousTeam) { $0.write($1) }
        packer.write(previousAssignee) { $0.write($1) }
        packer.write(events) { packer, event in
            packer.write(event.numbers.forTeam)
            packer.write(event.numbers.forGuest) { $0.write($1) }
            packer.write(event.event.packed)
        }
    }

    fileprivate convenience init(from unpacker: inout Unpacker) throws(ShapeError) {
        let id: CaseID = try unpacker.id()
        guard let publicID = PublicID(text: try unpacker.text()) else { throw .damaged }
        let version = try unpacker.number()
        let state = try CaseState(packed: try unpacker.part())
        let previousTeam: TeamID? = try unpacker.optional { unpacker throws(ShapeError) in try unpacker.id() }
        let previousAssignee: MemberID? = try unpacker.optional { unpacker throws(ShapeError) in try unpacker.id() }
        let events = try unpacker.list { unpacker throws(ShapeError) in
            let numbers = Numbers(
                forTeam: try unpacker.number(),
                forGuest: try unpacker.optional { unpacker throws(ShapeError) in try unpacker.number() })
            return NumberedEvent(numbers: numbers, event: try CaseEvent(packed: try unpacker.part()))
        }
        self.init(
            KnownCase(id: id, publicID: publicID, version: version, state: state), events: events,
            previousTeam: previousTeam, previousAssignee: previousAssignee)
    }
}
