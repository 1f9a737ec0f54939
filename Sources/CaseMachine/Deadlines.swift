#if FOYER_MUTANTS
import Mutants
#endif

/// A moment at which a case must move by itself.
package struct Deadline: Hashable, Sendable {
    package enum Kind: Hashable, Sendable {
        case intakeAbandoned
        case firstResponseAlert(level: Int)
        case missedResponse(Side)
        case closingWarning
        case autoClose
        case wake
        case assigneeLost
        case callRangOut
        case callLost
        case retention
    }

    package let kind: Kind
    package let at: Timestamp
}

extension CaseState {
    /// All that is due, now or later. It follows from state and policy alone: nothing is scheduled, nothing cancelled, so
    /// nothing can be forgotten, or fire for a case that has moved on.
    package func deadlines(under policy: Policy) -> [Deadline] {
        var deadlines: [Deadline] = []
        forEachDeadline(under: policy) { deadlines.append(Deadline(kind: $0, at: $1)) }
        return deadlines
    }

    /// When it closes by itself if nothing is done, as its guest is to be told: with the warning, and while it is put aside as
    /// if it were not, for they do not know that it is.
    package func closesAtForGuest(under policy: Policy) -> Timestamp? {
        guard warnedAt != nil || phase.name == .intake else { return nil }
        guard case .snoozed(_, let assignment) = phase else { return closesAt(under: policy) }
        var shown = self
        shown.phase = assignment.map { .active($0) } ?? .waiting
        return shown.closesAt(under: policy)
    }

    /// When it closes by itself if nothing is done.
    package func closesAt(under policy: Policy) -> Timestamp? {
        var found: Timestamp?
        forEachDeadline(under: policy) { kind, at in
            switch kind {
            case .autoClose, .intakeAbandoned: found = found ?? at
            case .closingWarning: found = found ?? at + policy.closingWarning
            case .firstResponseAlert, .missedResponse, .wake, .assigneeLost, .callRangOut, .callLost, .retention: break
            }
        }
        return found
    }

    /// What the case's row holds, and the poller asks for. Of several at one moment, the first of `deadlines`.
    package func earliestDeadline(under policy: Policy) -> Deadline? {
        var earliest: Deadline?
        forEachDeadline(under: policy) { kind, at in
            if let earliest, earliest.at <= at { return }
            earliest = Deadline(kind: kind, at: at)
        }
        #if FOYER_MUTANTS
        if Mutants.isPlanted(.deadlineEarly), let first = earliest {
            return Deadline(kind: first.kind, at: first.at - .seconds(1))
        }
        #endif
        return earliest
    }

    private typealias Visit = (Deadline.Kind, Timestamp) -> Void

    /// By visits, because the earliest is asked for at each commit: arrays would cost more than the reckoning.
    private func forEachDeadline(under policy: Policy, _ visit: Visit) {
        guard !isErased else { return }
        switch phase {
        case .intake: visit(.intakeAbandoned, openedAt + policy.intakeTimeout)
        case .waiting: visitInactivity(policy, visit)
        case .active(let assignment), .closing(let assignment, _):
            visitInactivity(policy, visit)
            visitAbsence(assignment, policy, visit)
        // Put aside: nobody is alerted, and nothing closes, until it wakes.
        case .snoozed(let until, let assignment):
            visit(.wake, until)
            visitAbsence(assignment, policy, visit)
        case .closed(let ending): visit(.retention, ending.at + policy.retention)
        // Its content lives and dies with the room that it was merged into (`Fact.erased`).
        case .merged: break
        case .thread: if let retention = policy.threadRetention { visit(.retention, idleSince + retention) }
        }
        visitCall(policy, visit)
        visitMissedResponses(policy, visit)
    }

    private func visitInactivity(_ policy: Policy, _ visit: Visit) {
        // People who are talking are not inactive.
        guard call?.answeredAt == nil else { return }
        if let unanswered {
            let next: Timestamp =
                switch unanswered.alerts {
                case 0: unanswered.since + policy.firstResponseAlert
                case 1: unanswered.since + policy.supervisorAlert
                default: (unanswered.lastAlert ?? unanswered.since) + policy.repeatedAlert
                }
            visit(.firstResponseAlert(level: unanswered.alerts + 1), next)
        }
        let warning = idleSince + policy.autoClose - policy.closingWarning
        // A warning that a longer auto-close has made too early does not count: the guest is warned again.
        guard let warnedAt, warnedAt >= warning else { return visit(.closingWarning, warning) }
        // Nobody's question ends by itself before the team and its supervisors were alerted: the alerts lead on to it.
        if let unanswered, wasNeverAnswered, unanswered.alerts < 2 { return }
        // Chained: who was warned late, after a stop or a change of policy, still has the whole time to answer.
        visit(.autoClose, max(idleSince + policy.autoClose, warnedAt + policy.closingWarning))
    }

    private func visitAbsence(_ assignment: Assignment?, _ policy: Policy, _ visit: Visit) {
        guard let absentSince = assignment?.absentSince else { return }
        visit(.assigneeLost, absentSince + policy.assigneeGrace)
    }

    private func visitCall(_ policy: Policy, _ visit: Visit) {
        guard let call else { return }
        guard let answeredAt = call.answeredAt else { return visit(.callRangOut, call.startedAt + policy.ring) }
        var lost = answeredAt + policy.longestCall
        // Who was gone while it rang has the whole grace from the answer.
        for side in Side.allCases {
            guard let gone = call[goneSince: side] else { continue }
            lost = min(lost, max(gone, answeredAt) + policy.callGrace)
        }
        visit(.callLost, lost)
    }

    private func visitMissedResponses(_ policy: Policy, _ visit: Visit) {
        switch phase {
        case .intake, .merged: return
        case .waiting, .active, .snoozed, .closing, .closed, .thread: break
        }
        for side in Side.allCases where policy.asAdopted.notices(side) {
            guard let began = self[side].streakBegan, !self[side].wasNoticed else { continue }
            visit(.missedResponse(side), began + policy.missedResponse)
        }
    }
}
