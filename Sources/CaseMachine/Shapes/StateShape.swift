extension CaseState {
    /// As `CaseEvent.shape`, of the state in the case's row.
    package static let shape: UInt8 = 1

    package var packed: [UInt8] {
        var packer = Packer()
        packer.write(byte: Self.shape)
        packer.write(organisation)
        party.pack(into: &packer)
        packer.write(openedAt)
        packer.write(category) { $0.write($1) }
        packer.write(team)
        phase.pack(into: &packer)
        packer.write(lastEventAt)
        adopted.pack(into: &packer)
        packer.write(teamHead)
        packer.write(guestHead)
        packer.write(participants) { $0.write($1) }
        packer.write(idleSince)
        packer.write(warnedAt) { $0.write($1) }
        packer.write(unanswered) { $1.pack(into: &$0) }
        packer.write(wasAnswered)
        packer.write(lastWord) { $0.write(byte: $1.rawValue) }
        packer.write(call) { $1.pack(into: &$0) }
        packer.write(Int64(invitationCount))
        guestSide.pack(into: &packer)
        teamSide.pack(into: &packer)
        packer.write(absorbed) { $1.pack(into: &$0) }
        packer.write(isErased)
        return packer.bytes
    }

    package init(packed bytes: [UInt8]) throws(ShapeError) {
        var unpacker = Unpacker(bytes)
        let version = try unpacker.byte()
        guard version == Self.shape else { throw .unknownVersion(version) }
        organisation = try unpacker.id()
        party = try Party(from: &unpacker)
        openedAt = try unpacker.moment()
        category = try unpacker.optional { (unpacker) throws(ShapeError) in try unpacker.id() }
        team = try unpacker.id()
        phase = try Phase(from: &unpacker)
        lastEventAt = try unpacker.moment()
        adopted = try AdoptedPolicy(from: &unpacker)
        teamHead = try unpacker.number()
        guestHead = try unpacker.number()
        participants = try unpacker.ids()
        idleSince = try unpacker.moment()
        warnedAt = try unpacker.optional { (unpacker) throws(ShapeError) in try unpacker.moment() }
        unanswered = try unpacker.optional { (unpacker) throws(ShapeError) in try Unanswered(from: &unpacker) }
        wasAnswered = try unpacker.flag()
        lastWord = try unpacker.optional { (unpacker) throws(ShapeError) in try unpacker.small() }
        call = try unpacker.optional { (unpacker) throws(ShapeError) in try Call(from: &unpacker) }
        invitationCount = Int(try unpacker.number())
        guestSide = try Reading(from: &unpacker)
        teamSide = try Reading(from: &unpacker)
        absorbed = try unpacker.list { (unpacker) throws(ShapeError) in try Absorbed(from: &unpacker) }
        isErased = try unpacker.flag()
        try unpacker.end()
        try checkBounds()
    }

    /// What the machine counts on: a row that was damaged must not make it trap or grow.
    private func checkBounds() throws(ShapeError) {
        let heads = 0..<Self.mostEvents
        guard heads.contains(teamHead), guestHead >= 0, guestHead <= teamHead,
            participants.count <= Limits.participants, absorbedRooms.count <= Limits.absorbedCases,
            absorbed.allSatisfy({ $0.guests.count <= Limits.absorbedCases }),
            (0...Int(Self.mostEvents)).contains(invitationCount)
        else { throw .damaged }
    }

    /// No case comes near it: a message a millisecond for 30,000 years. Below it, counting on cannot overflow.
    fileprivate static let mostEvents: Int64 = 1 << 50
}

extension Phase {
    fileprivate func pack(into packer: inout Packer) {
        switch self {
        case .intake(let missing):
            packer.write(byte: 0)
            packer.write(missing) { $0.write($1) }
        case .waiting: packer.write(byte: 1)
        case .active(let assignment):
            packer.write(byte: 2)
            assignment.pack(into: &packer)
        case .snoozed(let until, let assignment):
            packer.write(byte: 3)
            packer.write(until)
            packer.write(assignment) { $1.pack(into: &$0) }
        case .closing(let assignment, let request):
            packer.write(byte: 4)
            assignment.pack(into: &packer)
            packer.write(request)
        case .closed(let ending):
            packer.write(byte: 5)
            ending.pack(into: &packer)
        case .merged(let merger):
            packer.write(byte: 6)
            packer.write(merger.into)
            packer.write(merger.at)
            packer.write(merger.ending) { $1.pack(into: &$0) }
        case .thread: packer.write(byte: 7)
        }
    }

    fileprivate init(from unpacker: inout Unpacker) throws(ShapeError) {
        switch try unpacker.byte() {
        case 0: self = .intake(missing: try unpacker.ids())
        case 1: self = .waiting
        case 2: self = .active(try Assignment(from: &unpacker))
        case 3:
            self = .snoozed(
                until: try unpacker.moment(),
                try unpacker.optional { (unpacker) throws(ShapeError) in try Assignment(from: &unpacker) })
        case 4: self = .closing(try Assignment(from: &unpacker), request: try unpacker.number())
        case 5: self = .closed(try Ending(from: &unpacker))
        case 6:
            self = .merged(
                Merger(
                    into: try unpacker.id(), at: try unpacker.moment(),
                    ending: try unpacker.optional { (unpacker) throws(ShapeError) in try Ending(from: &unpacker) }))
        case 7: self = .thread
        default: throw .damaged
        }
    }
}

extension Assignment {
    fileprivate func pack(into packer: inout Packer) {
        packer.write(member)
        packer.write(absentSince) { $0.write($1) }
    }

    fileprivate init(from unpacker: inout Unpacker) throws(ShapeError) {
        let member: MemberID = try unpacker.id()
        let absentSince = try unpacker.optional { (unpacker) throws(ShapeError) in try unpacker.moment() }
        self.init(member: member, absentSince: absentSince)
    }
}

extension Ending {
    fileprivate func pack(into packer: inout Packer) {
        reason.pack(into: &packer)
        author.pack(into: &packer)
        packer.write(at)
        packer.write(wasIntake)
    }

    fileprivate init(from unpacker: inout Unpacker) throws(ShapeError) {
        reason = try CloseReason(from: &unpacker)
        author = try Author(from: &unpacker)
        at = try unpacker.moment()
        wasIntake = try unpacker.flag()
    }
}

extension Absorbed {
    fileprivate func pack(into packer: inout Packer) {
        packer.write(rooms) { $0.write($1) }
        packer.write(guests) { $0.write($1) }
        numbers.pack(into: &packer)
        packer.write(Int64(invitations))
    }

    fileprivate init(from unpacker: inout Unpacker) throws(ShapeError) {
        self.init(
            rooms: try unpacker.ids(), guests: try unpacker.ids(), numbers: try Numbers(from: &unpacker),
            invitations: Int(try unpacker.number()))
    }
}

extension Unanswered {
    func pack(into packer: inout Packer) {
        packer.write(since)
        packer.write(Int64(alerts))
        packer.write(lastAlert) { $0.write($1) }
    }

    init(from unpacker: inout Unpacker) throws(ShapeError) {
        self.init(since: try unpacker.moment())
        let alerts = try unpacker.number()
        guard (0...CaseState.mostEvents).contains(alerts) else { throw .damaged }
        self.alerts = Int(alerts)
        lastAlert = try unpacker.optional { (unpacker) throws(ShapeError) in try unpacker.moment() }
    }
}

extension Call {
    fileprivate func pack(into packer: inout Packer) {
        packer.write(byte: kind.rawValue)
        packer.write(caller)
        packer.write(startedAt)
        packer.write(answeredAt) { $0.write($1) }
        packer.write(guestGoneSince) { $0.write($1) }
        packer.write(teamGoneSince) { $0.write($1) }
    }

    fileprivate init(from unpacker: inout Unpacker) throws(ShapeError) {
        let kind: CallKind = try unpacker.small()
        self.init(kind: kind, caller: try unpacker.id(), startedAt: try unpacker.moment())
        answeredAt = try unpacker.optional { (unpacker) throws(ShapeError) in try unpacker.moment() }
        guestGoneSince = try unpacker.optional { (unpacker) throws(ShapeError) in try unpacker.moment() }
        teamGoneSince = try unpacker.optional { (unpacker) throws(ShapeError) in try unpacker.moment() }
    }
}
