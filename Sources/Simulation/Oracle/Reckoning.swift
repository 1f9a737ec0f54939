import CaseMachine

/// When a case must move by itself, reckoned once more from its log: the machine's own deadlines are what is examined.
struct Reckoning {
    private enum Stage: Equatable {
        case intake(missing: Set<FieldID>)
        case waiting, active, closing, thread
        case snoozed(until: Timestamp)
        case ended(at: Timestamp)
        case erased
    }

    struct Due {
        let kind: String
        let at: Timestamp
    }

    private struct Unseen {
        var number: Int64
        let at: Timestamp
        var isShared = false
    }

    private var stage: Stage
    private var isRoom = false
    private let openedAt: Timestamp
    private var assignee: MemberID?
    private var lastAction: Timestamp
    private var warned: Timestamp?
    private var waitsSince: Timestamp?
    private var alerts = 0
    private var lastAlert: Timestamp?
    private var wasAnswered = false
    private var callStarted: Timestamp?
    private var callAnswered: Timestamp?
    private var heads: [Side: Int64] = [.team: 0, .guest: 0]
    private var unseen: [Side: [Unseen]] = [.team: [], .guest: []]
    /// The last number that a notice went out for.
    private var noticed: [Side: Int64] = [:]
    // What no event tells, and only the row.
    var absentSince: Timestamp?
    var partyGoneSince: Timestamp?

    init?(_ event: CaseEvent) {
        guard case .opened(let opening) = event.fact else { return nil }
        openedAt = event.at
        lastAction = event.at
        heads = [.team: 1, .guest: 1]
        switch opening.party {
        case .direct: stage = .thread
        case .room:
            isRoom = true
            stage = .active
            if case .member(let member) = event.author { assignee = member }
        case .support:
            stage = opening.missing.isEmpty ? .waiting : .intake(missing: Set(opening.missing))
            if opening.missing.isEmpty { waitsSince = event.at }
        }
    }

    mutating func apply(_ event: CaseEvent) {
        heads[.team, default: 0] += 1
        if !Privacy.isForTeam(event.fact) { heads[.guest, default: 0] += 1 }
        switch event.fact {
        case .identifiersSubmitted(let values):
            act(event)
            guard case .intake(let missing) = stage else { return }
            stage = .intake(missing: missing.subtracting(values.map(\.field)))
        case .intakeCompleted: queue(event)
        case .messageSent, .blastDelivered:
            act(event)
            wantSeen(event)
            if event.author.side == .team, case .messageSent = event.fact { answer() }
            if isRoom, event.author.side == .guest, !wasAnswered, waitsSince == nil { wait(event) }
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
        case .released, .transferred(.team), .reopened:
            act(event)
            queue(event)
        case .assigneeLost:
            absentSince = nil
            assignee = nil
            if case .snoozed = stage { return }
            queue(event)
        case .snoozed(let until): stage = .snoozed(until: until)
        case .woke:
            lastAction = event.at
            warned = nil
            guard assignee != nil else { return queue(event) }
            stage = .active
            if waitsSince != nil { wait(event) }
        case .closeRequested:
            act(event)
            wantSeen(event)
            stage = .closing
        case .closeDeclined:
            act(event)
            stage = .active
        case .closingWarned: warned = event.at
        case .closed:
            act(event)
            stage = .ended(at: event.at)
            waitsSince = nil
            assignee = nil
        case .retentionReached: stage = .erased
        case .firstResponseAlerted:
            alerts += 1
            lastAlert = event.at
        case .missedResponseNoticed(let side): noticed[side] = unseen[side]?.last?.number
        case .callStarted:
            act(event)
            callStarted = event.at
        case .callAnswered:
            act(event)
            callAnswered = event.at
            answer()
        case .callDeclined:
            act(event)
            endCall()
        case .callEnded(let end):
            if end == .hungUp { act(event) }
            if end == .missed { wantSeen(event) }
            if callAnswered != nil { lastAction = event.at }
            endCall()
        default: break
        }
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
            if let partyGoneSince { add("callLost", partyGoneSince + policy.callGrace) }
        }
        if let absentSince { add("assigneeLost", absentSince + policy.assigneeGrace) }
        switch stage {
        case .intake: add("intakeAbandoned", openedAt + policy.intakeTimeout)
        case .waiting, .active, .closing: dues += inactivity(policy)
        case .snoozed(let until): add("wake", until)
        case .ended(let at): add("retention", at + policy.retention)
        case .thread: break
        case .erased: return []
        }
        if case .intake = stage { return dues }
        for side in Side.allCases where side == .guest ? policy.noticesGuest : policy.noticesTeam {
            if let first = unseen[side]?.first, noticed[side] == nil {
                add("missedResponse(\(side))", first.at + policy.missedResponse)
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

    private mutating func answer() {
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
        let somebodyWaits = isRoom ? wasAnswered : true
        if waitsSince == nil, somebodyWaits { wait(event) }
    }

    private mutating func endCall() {
        callStarted = nil
        callAnswered = nil
        partyGoneSince = nil
    }

    private mutating func wantSeen(_ event: CaseEvent) {
        let reader = event.author.side?.other ?? .guest
        let number = heads[reader] ?? 0
        var streak = unseen[reader] ?? []
        // The row keeps so many apart; later ones share the last place.
        if streak.count < CaseMachine.Reading.longestStreak {
            streak.append(Unseen(number: number, at: event.at))
        } else {
            streak[streak.count - 1].number = number
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
        case .missedResponseNoticed(let side): "missedResponse(\(side))"
        case .firstResponseAlerted: "firstResponseAlert"
        case .closingWarned: "closingWarning"
        case .closed(.inactive), .closed(.unanswered): "autoClose"
        case .closed(.abandoned): "intakeAbandoned"
        case .woke(.timeCame): "wake"
        case .assigneeLost: "assigneeLost"
        case .callEnded(.lost): "callLost"
        case .callEnded(.missed): "callRangOut"
        case .retentionReached: "retention"
        default: nil
        }
    }

    static let deadlineNames: [String] = [
        "missedResponse(guest)", "missedResponse(team)", "firstResponseAlert", "closingWarning", "autoClose",
        "intakeAbandoned", "wake", "assigneeLost", "callLost", "callRangOut", "retention",
    ]
}
