extension CaseEvent {
    /// The version of the shape that is written. A release that changes a shape reads the new one before any release
    /// writes it; older ones are brought up to date when they are read.
    package static let shape: UInt8 = 1

    package var packed: [UInt8] {
        var packer = Packer()
        packer.write(byte: Self.shape)
        packer.write(at)
        author.pack(into: &packer)
        fact.pack(into: &packer)
        return packer.bytes
    }

    package init(packed bytes: [UInt8]) throws(ShapeError) {
        var unpacker = Unpacker(bytes)
        let version = try unpacker.byte()
        guard version == Self.shape else { throw .unknownVersion(version) }
        let at = try unpacker.moment()
        let author = try Author(from: &unpacker)
        self.init(at: at, author: author, fact: try Fact(from: &unpacker))
        try unpacker.end()
    }
}

extension Author {
    func pack(into packer: inout Packer) {
        switch self {
        case .guest(let guest):
            packer.write(byte: 0)
            packer.write(guest)
        case .client(let user):
            packer.write(byte: 1)
            packer.write(user)
        case .member(let member):
            packer.write(byte: 2)
            packer.write(member)
        case .system: packer.write(byte: 3)
        }
    }

    init(from unpacker: inout Unpacker) throws(ShapeError) {
        switch try unpacker.byte() {
        case 0: self = .guest(try unpacker.id())
        case 1: self = .client(try unpacker.id())
        case 2: self = .member(try unpacker.id())
        case 3: self = .system
        default: throw .damaged
        }
    }
}

extension Message {
    /// Without its voice, which the tag of the fact tells.
    func pack(into packer: inout Packer) {
        packer.write(text)
        packer.write(files) { packer, file in
            packer.write(file.file)
            packer.write(file.title)
            packer.write(file.byteCount)
            packer.write(file.mediaType)
        }
    }

    init(from unpacker: inout Unpacker, in voice: Voice) throws(ShapeError) {
        let text = try unpacker.text()
        let files = try unpacker.list { (unpacker) throws(ShapeError) in
            SharedFile(
                file: try unpacker.id(), title: try unpacker.text(), byteCount: try unpacker.number(),
                mediaType: try unpacker.text())
        }
        self.init(text: text, files: files, voice: voice)
    }
}

extension Numbers {
    func pack(into packer: inout Packer) {
        packer.write(forTeam)
        packer.write(forGuest) { $0.write($1) }
    }

    init(from unpacker: inout Unpacker) throws(ShapeError) {
        let forTeam = try unpacker.number()
        self.init(
            forTeam: forTeam, forGuest: try unpacker.optional { (unpacker) throws(ShapeError) in try unpacker.number() }
        )
    }
}

extension Party {
    func pack(into packer: inout Packer) {
        switch self {
        case .support(let guest):
            packer.write(byte: 0)
            packer.write(guest)
        case .room(let guest):
            packer.write(byte: 1)
            packer.write(guest)
        case .direct(let client):
            packer.write(byte: 2)
            packer.write(client)
        }
    }

    init(from unpacker: inout Unpacker) throws(ShapeError) {
        switch try unpacker.byte() {
        case 0: self = .support(try unpacker.id())
        case 1: self = .room(try unpacker.id())
        case 2: self = .direct(try unpacker.id())
        default: throw .damaged
        }
    }
}

extension Opening {
    func pack(into packer: inout Packer) {
        packer.write(organisation)
        packer.write(team)
        party.pack(into: &packer)
        packer.write(category) { $0.write($1) }
        packer.write(subject)
        packer.write(missing) { $0.write($1) }
    }

    init(from unpacker: inout Unpacker) throws(ShapeError) {
        self.init(
            organisation: try unpacker.id(), team: try unpacker.id(), party: try Party(from: &unpacker),
            category: try unpacker.optional { (unpacker) throws(ShapeError) in try unpacker.id() },
            subject: try unpacker.text(),
            missing: try unpacker.ids())
    }
}

extension CloseReason {
    func pack(into packer: inout Packer) {
        switch self {
        case .agreed: packer.write(byte: 0)
        case .byGuest: packer.write(byte: 1)
        case .bySupervisor(let reason):
            packer.write(byte: 2)
            packer.write(reason) { $0.write($1) }
        case .inactive: packer.write(byte: 3)
        case .unanswered: packer.write(byte: 4)
        case .abandoned: packer.write(byte: 5)
        }
    }

    init(from unpacker: inout Unpacker) throws(ShapeError) {
        switch try unpacker.byte() {
        case 0: self = .agreed
        case 1: self = .byGuest
        case 2:
            self = .bySupervisor(try unpacker.optional { (unpacker) throws(ShapeError) in try unpacker.text() })
        case 3: self = .inactive
        case 4: self = .unanswered
        case 5: self = .abandoned
        default: throw .damaged
        }
    }
}

extension MissedResponse {
    func pack(into packer: inout Packer) {
        packer.write(byte: side.rawValue)
        packer.write(unseen.lowerBound)
        packer.write(unseen.upperBound)
        packer.write(dueAt)
    }

    init(from unpacker: inout Unpacker) throws(ShapeError) {
        let side: Side = try unpacker.small()
        let (oldest, newest) = (try unpacker.number(), try unpacker.number())
        guard oldest <= newest else { throw .damaged }
        self.init(side: side, unseen: oldest...newest, dueAt: try unpacker.moment())
    }
}

extension AdoptedPolicy {
    func pack(into packer: inout Packer) {
        packer.write(Int64(revision))
        packer.write(noticesGuest)
        packer.write(noticesTeam)
    }

    init(from unpacker: inout Unpacker) throws(ShapeError) {
        self.init(
            revision: Int(try unpacker.number()), noticesGuest: try unpacker.flag(), noticesTeam: try unpacker.flag())
    }
}

extension Absorption {
    func pack(into packer: inout Packer) {
        packer.write(rooms) { $0.write($1) }
        packer.write(guests) { $0.write($1) }
        packer.write(Int64(invitations))
        packer.write(isWaitedFor)
        packer.write(unanswered) { $1.pack(into: &$0) }
        packer.write(guestStreak) { $1.pack(into: &$0) }
        packer.write(teamStreak) { $1.pack(into: &$0) }
    }

    init(from unpacker: inout Unpacker) throws(ShapeError) {
        self.init(
            rooms: try unpacker.ids(), guests: try unpacker.ids(), invitations: Int(try unpacker.number()),
            isWaitedFor: try unpacker.flag(),
            unanswered: try unpacker.optional { (unpacker) throws(ShapeError) in try Unanswered(from: &unpacker) },
            guestStreak: try unpacker.optional { (unpacker) throws(ShapeError) in try Streak(from: &unpacker) },
            teamStreak: try unpacker.optional { (unpacker) throws(ShapeError) in try Streak(from: &unpacker) })
    }
}

extension Absorption.Streak {
    fileprivate func pack(into packer: inout Packer) {
        packer.write(began)
        packer.write(wasNoticed)
    }

    fileprivate init(from unpacker: inout Unpacker) throws(ShapeError) {
        self.init(began: try unpacker.moment(), wasNoticed: try unpacker.flag())
    }
}
