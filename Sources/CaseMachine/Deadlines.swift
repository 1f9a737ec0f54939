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
        guard !isErased else { return [] }
        let own: [Deadline] =
            switch phase {
            case .intake: [Deadline(kind: .intakeAbandoned, at: openedAt + policy.intakeTimeout)]
            case .waiting: inactivityDeadlines(policy)
            case .active(let assignment), .closing(let assignment, _):
                inactivityDeadlines(policy) + absenceDeadlines(assignment, policy)
            // Put aside: nobody is alerted, and nothing closes, until it wakes.
            case .snoozed(let until, let assignment):
                [Deadline(kind: .wake, at: until)] + absenceDeadlines(assignment, policy)
            case .closed(let ending): [Deadline(kind: .retention, at: ending.at + policy.retention)]
            // Its content lives and dies with the room that it was merged into (`Fact.erased`).
            case .merged: []
            case .thread: policy.threadRetention.map { [Deadline(kind: .retention, at: idleSince + $0)] } ?? []
            }
        return own + callDeadlines(policy) + missedResponseDeadlines(policy)
    }

    /// What the case's row holds, and the poller asks for.
    package func earliestDeadline(under policy: Policy) -> Deadline? {
        #if FOYER_MUTANTS
        if Mutants.isPlanted(.deadlineEarly), let first = deadlines(under: policy).min(by: { $0.at < $1.at }) {
            return Deadline(kind: first.kind, at: first.at - .seconds(1))
        }
        #endif
        return deadlines(under: policy).min { $0.at < $1.at }
    }

    private func inactivityDeadlines(_ policy: Policy) -> [Deadline] {
        // People who are talking are not inactive.
        guard call?.answeredAt == nil else { return [] }
        var deadlines: [Deadline] = []
        if let unanswered {
            let next: Timestamp =
                switch unanswered.alerts {
                case 0: unanswered.since + policy.firstResponseAlert
                case 1: unanswered.since + policy.supervisorAlert
                default: (unanswered.lastAlert ?? unanswered.since) + policy.repeatedAlert
                }
            deadlines.append(Deadline(kind: .firstResponseAlert(level: unanswered.alerts + 1), at: next))
        }
        let warning = idleSince + policy.autoClose - policy.closingWarning
        // A warning that a longer auto-close has made too early does not count: the guest is warned again.
        guard let warnedAt, warnedAt >= warning else {
            return deadlines + [Deadline(kind: .closingWarning, at: warning)]
        }
        // Nobody's question ends by itself before the team and its supervisors were alerted: the alerts lead on to it.
        if let unanswered, wasNeverAnswered, unanswered.alerts < 2 { return deadlines }
        // Chained: who was warned late, after a stop or a change of policy, still has the whole time to answer.
        let end = max(idleSince + policy.autoClose, warnedAt + policy.closingWarning)
        return deadlines + [Deadline(kind: .autoClose, at: end)]
    }

    private func absenceDeadlines(_ assignment: Assignment?, _ policy: Policy) -> [Deadline] {
        guard let absentSince = assignment?.absentSince else { return [] }
        return [Deadline(kind: .assigneeLost, at: absentSince + policy.assigneeGrace)]
    }

    private func callDeadlines(_ policy: Policy) -> [Deadline] {
        guard let call else { return [] }
        guard let answeredAt = call.answeredAt else {
            return [Deadline(kind: .callRangOut, at: call.startedAt + policy.ring)]
        }
        // Who was gone while it rang has the whole grace from the answer.
        let lost = Side.allCases.compactMap { call[goneSince: $0] }.map { max($0, answeredAt) + policy.callGrace }
        return [Deadline(kind: .callLost, at: lost.reduce(answeredAt + policy.longestCall, min))]
    }

    private func missedResponseDeadlines(_ policy: Policy) -> [Deadline] {
        switch phase {
        case .intake, .merged: return []
        case .waiting, .active, .snoozed, .closing, .closed, .thread: break
        }
        return Side.allCases.compactMap { side in
            guard policy.asAdopted.notices(side) else { return nil }
            guard let began = self[side].streakBegan, !self[side].wasNoticed else { return nil }
            return Deadline(kind: .missedResponse(side), at: began + policy.missedResponse)
        }
    }
}
