import CaseMachine

/// When a case must move by itself, reckoned once more from its log: the machine's own deadlines are what is examined.
struct Reckoning {
    private enum Stage: Equatable {
        case intake(missing: Set<FieldID>)
        case waiting, active, closing, thread
        case snoozed(until: Timestamp)
        case ended(at: Timestamp)
        /// With what it had ended at before, if it had.
        case merged(endedAt: Timestamp?)
        case erased
    }

    struct Due {
        let kind: String
        let at: Timestamp
    }

    private struct Unseen {
        var number: Int64
        var at: Timestamp
        var isShared = false
    }

    private var stage: Stage
    private let openedAt: Timestamp
    private var assignee: MemberID?
    private var lastAction: Timestamp
    private var warned: Timestamp?
    private var waitsSince: Timestamp?
    private var alerts = 0
    private var lastAlert: Timestamp?
    private var wasAnswered = false
    private var lastWord: Side?
    /// The guest's number of the request that is to be answered.
    private var request: Int64?
    private var callStarted: Timestamp?
    private var callAnswered: Timestamp?
    private var heads: [Side: Int64] = [.team: 0, .guest: 0]
    private var unseen: [Side: [Unseen]] = [.team: [], .guest: []]
    /// The last number that a notice went out for.
    private var noticed: [Side: Int64] = [:]
    private var absorbed: [(room: CaseID, heads: [Side: Int64])] = []
    // What no event tells, and only the row.
    var absentSince: Timestamp?
    var goneSince: [Side: Timestamp] = [:]

    init?(_ event: CaseEvent) {
        guard case .opened(let opening) = event.fact else { return nil }
        openedAt = event.at
        lastAction = event.at
        heads = [.team: 1, .guest: 1]
        switch opening.party {
        case .direct: stage = .thread
        case .room:
            stage = .active
            if case .member(let member) = event.author { assignee = member }
        case .support:
            stage = opening.missing.isEmpty ? .waiting : .intake(missing: Set(opening.missing))
            if opening.missing.isEmpty { waitsSince = event.at }
            lastWord = .guest
        }
    }

    /// Whom notices were not for is not noticed of what was unseen before.
    mutating func adopt(_ policy: AdoptedPolicy, after old: AdoptedPolicy, at moment: Timestamp) {
        for side in Side.allCases where policy.notices(side) && !old.notices(side) {
            var streak = unseen[side] ?? []
            for place in streak.indices { streak[place].at = max(moment, streak[place].at) }
            unseen[side] = streak
        }
    }

    mutating func apply(_ event: CaseEvent) {
        settle(event)
        // What nobody can answer any more, nobody misses.
        guard let request, stage != .closing else { return }
        self.request = nil
        unseen[.guest]?.removeAll { $0.number == request && !$0.isShared }
        forgetNotice(.guest)
    }

    private mutating func settle(_ event: CaseEvent) {
        heads[.team, default: 0] += 1
        if !Privacy.isForTeam(event.fact) { heads[.guest, default: 0] += 1 }
        switch event.fact {
        case .identifiersSubmitted(let values):
            guard case .intake(let missing) = stage else { return }
            act(event)
            stage = .intake(missing: missing.subtracting(values.map(\.field)))
        case .intakeCompleted: queue(event)
        case .messageSent, .blastDelivered:
            act(event)
            guard case .messageSent = event.fact else { return }
            wantSeen(event)
            if event.author.side == .team { answer() } else { ask(event) }
        case .messageDeleted(let numbers):
            unseen[.team]?.removeAll { $0.number == numbers.forTeam && !$0.isShared }
            if let number = numbers.forGuest { unseen[.guest]?.removeAll { $0.number == number && !$0.isShared } }
            for side in Side.allCases { forgetNotice(side) }
        case .claimed, .transferred(.member):
            act(event)
            if case .member(let member) = event.author { assignee = member }
            if case .transferred(.member(let member)) = event.fact { assignee = member }
            absentSince = nil
            stage = .active
        case .released:
            act(event)
            queue(event)
        case .transferred(.team):
            act(event)
            queue(event)
            if waitsSince == nil, wasAnswered || lastWord != nil { wait(event) }
        case .reopened:
            act(event)
            queue(event)
            if event.author.side == .guest { ask(event) }
        case .assigneeLost:
            absentSince = nil
            assignee = nil
            if case .snoozed = stage { return }
            queue(event)
        case .snoozed(let until): stage = .snoozed(until: until)
        case .woke:
            lastAction = event.at
            warned = nil
            if waitsSince != nil { wait(event) }
            guard assignee != nil else { return queue(event) }
            stage = .active
        case .closeRequested:
            act(event)
            wantSeen(event)
            request = heads[.guest]
            stage = .closing
            answer()
        case .closeDeclined:
            act(event)
            stage = .active
            ask(event)
        case .closingWarned: warned = event.at
        case .closed:
            act(event)
            stage = .ended(at: event.at)
            waitsSince = nil
            lastWord = nil
            assignee = nil
        case .erased: stage = .erased
        case .firstResponseAlerted:
            alerts += 1
            lastAlert = event.at
        case .missedResponseNoticed(let missed): noticed[missed.side] = unseen[missed.side]?.last?.number
        case .callStarted:
            act(event)
            callStarted = event.at
        case .callAnswered:
            act(event)
            callAnswered = event.at
            goneSince[.guest] = nil
            answer()
        case .callDeclined:
            act(event)
            endCall()
        case .callEnded(let end):
            if end == .hungUp { act(event) }
            if end == .missed { wantSeen(event) }
            if callAnswered != nil { lastAction = event.at }
            endCall()
        case .merged:
            var endedAt: Timestamp?
            if case .ended(let at) = stage { endedAt = at }
            stage = .merged(endedAt: endedAt)
            assignee = nil
            absentSince = nil
        case .mergeUndone(let sides):
            for side in sides { noticed[side] = unseen[side]?.last?.number }
            guard case .merged(let endedAt) = stage else { return }
            if let endedAt {
                stage = .ended(at: endedAt)
            } else {
                lastAction = event.at
                warned = nil
                queue(event)
            }
        case .absorbed(let absorption): absorb(absorption, event)
        case .absorptionUndone(let room):
            guard let place = absorbed.firstIndex(where: { $0.room == room }) else { return }
            let gone = absorbed.remove(at: place)
            for side in Side.allCases {
                unseen[side]?.removeAll { $0.number == gone.heads[side] && !$0.isShared }
                forgetNotice(side)
            }
        default: break
        }
    }

    private mutating func absorb(_ absorption: Absorption, _ event: CaseEvent) {
        if let room = absorption.rooms.first { absorbed.append((room, heads)) }
        for side in Side.allCases {
            guard let streak = absorption[side] else { continue }
            let isAllNoticed = streak.wasNoticed && unseen[side]?.isEmpty != false
            miss(side, at: streak.began)
            if isAllNoticed { noticed[side] = heads[side] }
        }
        if absorption.isWaitedFor { ask(event) }
        guard let other = absorption.unanswered, waitsSince.map({ other.since < $0 }) ?? true else { return }
        waitsSince = other.since
        alerts = other.alerts
        lastAlert = other.lastAlert
    }

    /// Of a streak that is longer than the row keeps apart, only the row knows which beginnings share a place.
    mutating func trust(_ reading: CaseMachine.Reading, of side: Side) {
        unseen[side] = reading.unseen.map { Unseen(number: $0.number, at: $0.at, isShared: $0.isShared) }
        noticed[side] = reading.wasNoticed ? reading.noticedUpTo : nil
    }

    mutating func see(_ side: Side, upTo number: Int64) {
        unseen[side]?.removeAll { $0.number <= number }
        forgetNotice(side)
    }

    func due(under policy: Policy) -> [Due] {
        var dues: [Due] = []
        func add(_ kind: String, _ at: Timestamp) { dues.append(Due(kind: kind, at: at)) }
        if let callStarted, callAnswered == nil { add("callRangOut", callStarted + policy.ring) }
        if let callAnswered {
            add("callLost", callAnswered + policy.longestCall)
            for gone in Side.allCases.compactMap({ goneSince[$0] }) {
                add("callLost", max(gone, callAnswered) + policy.callGrace)
            }
        }
        if let absentSince { add("assigneeLost", absentSince + policy.assigneeGrace) }
        switch stage {
        case .intake: add("intakeAbandoned", openedAt + policy.intakeTimeout)
        case .waiting, .active, .closing: dues += inactivity(policy)
        case .snoozed(let until): add("wake", until)
        case .ended(let at): add("retention", at + policy.retention)
        case .merged: return dues
        case .thread: if let keeping = policy.threadRetention { add("retention", lastAction + keeping) }
        case .erased: return []
        }
        if case .intake = stage { return dues }
        for side in Side.allCases where side == .guest ? policy.noticesGuest : policy.noticesTeam {
            if let first = unseen[side]?.map(\.at).min(), noticed[side] == nil {
                add("missedResponse(\(side))", first + policy.missedResponse)
            }
        }
        return dues
    }

    private func inactivity(_ policy: Policy) -> [Due] {
        guard callAnswered == nil else { return [] }
        var dues: [Due] = []
        if let waitsSince {
            let next =
                switch alerts {
                case 0: waitsSince + policy.firstResponseAlert
                case 1: waitsSince + policy.supervisorAlert
                default: (lastAlert ?? waitsSince) + policy.repeatedAlert
                }
            dues.append(Due(kind: "firstResponseAlert", at: next))
        }
        let warning = lastAction + policy.autoClose - policy.closingWarning
        if let warned, warned >= warning {
            if waitsSince != nil, !wasAnswered, alerts < 2 { return dues }
            let end = max(lastAction + policy.autoClose, warned + policy.closingWarning)
            dues.append(Due(kind: "autoClose", at: end))
        } else {
            dues.append(Due(kind: "closingWarning", at: warning))
        }
        return dues
    }

    // MARK: -

    private mutating func act(_ event: CaseEvent) {
        lastAction = event.at
        warned = nil
    }

    /// A guest has the last word: somebody is alerted if nobody ever answered, or if nobody has the case.
    private mutating func ask(_ event: CaseEvent) {
        lastWord = .guest
        guard stage != .thread, waitsSince == nil, !wasAnswered || assignee == nil else { return }
        wait(event)
    }

    private mutating func answer() {
        lastWord = .team
        wasAnswered = true
        waitsSince = nil
        alerts = 0
        lastAlert = nil
    }

    private mutating func wait(_ event: CaseEvent) {
        waitsSince = event.at
        alerts = 0
        lastAlert = nil
    }

    private mutating func queue(_ event: CaseEvent) {
        stage = .waiting
        assignee = nil
        absentSince = nil
        if waitsSince == nil, lastWord == .guest { wait(event) }
    }

    private mutating func endCall() {
        callStarted = nil
        callAnswered = nil
        goneSince = [:]
    }

    private mutating func wantSeen(_ event: CaseEvent) {
        let reader = event.author.side?.other ?? .guest
        miss(reader, at: event.at)
    }

    private mutating func miss(_ reader: Side, at moment: Timestamp) {
        let number = heads[reader] ?? 0
        var streak = unseen[reader] ?? []
        // The row keeps so many apart; later ones share the last place.
        if streak.count < CaseMachine.Reading.longestStreak {
            streak.append(Unseen(number: number, at: moment))
        } else {
            streak[streak.count - 1].number = number
            streak[streak.count - 1].at = min(moment, streak[streak.count - 1].at)
            streak[streak.count - 1].isShared = true
        }
        unseen[reader] = streak
    }

    private mutating func forgetNotice(_ side: Side) {
        guard let last = noticed[side] else { return }
        if unseen[side]?.contains(where: { $0.number <= last }) != true { noticed[side] = nil }
    }
}

extension Fact {
    /// The deadline whose firing it tells of, if only a deadline can be the reason.
    var firedDeadline: String? {
        switch self {
        case .missedResponseNoticed(let missed): "missedResponse(\(missed.side))"
        case .firstResponseAlerted: "firstResponseAlert"
        case .closingWarned: "closingWarning"
        case .closed(.inactive), .closed(.unanswered): "autoClose"
        case .closed(.abandoned): "intakeAbandoned"
        case .woke(.timeCame): "wake"
        case .assigneeLost: "assigneeLost"
        case .callEnded(.lost): "callLost"
        case .callEnded(.missed): "callRangOut"
        case .erased(.retention, absorbed: _): "retention"
        default: nil
        }
    }

    static let deadlineNames: [String] = [
        "missedResponse(guest)", "missedResponse(team)", "firstResponseAlert", "closingWarning", "autoClose",
        "intakeAbandoned", "wake", "assigneeLost", "callLost", "callRangOut", "retention",
    ]
}
