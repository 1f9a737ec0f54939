import CaseMachine
import DequeModule

/// Commands as they came, a lane for each organisation, taken in turn: whoever floods the house waits for itself.
struct FairQueue {
    private struct Lane {
        private var waiting: Deque<Submission> = []
        private var byteCount = 0

        var isEmpty: Bool { waiting.isEmpty }
        var first: Submission? { waiting.first }

        mutating func append(_ submission: Submission, _ bytes: Int, within limits: EngineLimits) -> Bool {
            guard waiting.count < limits.waitingPerOrganisation, byteCount + bytes <= limits.waitingBytesPerOrganisation
            else { return false }
            waiting.append(submission)
            byteCount += bytes
            return true
        }

        mutating func removeFirst(_ bytes: Int) {
            waiting.removeFirst()
            byteCount -= bytes
        }
    }

    /// Of every organisation that has ever sent something: an emptied lane is filled again in a moment.
    private var lanes: [OrganisationID: Lane] = [:]
    /// Those that have something waiting, in the order of their turns.
    private var turns: Deque<OrganisationID> = []
    private(set) var count = 0
    private(set) var byteCount = 0

    /// False if there is no room.
    mutating func append(_ submission: Submission, within limits: EngineLimits) -> Bool {
        let bytes = submission.command.byteCount
        let organisation = submission.organisation
        guard count < limits.waiting, byteCount + bytes <= limits.waitingBytes else { return false }
        let wasEmpty = lanes[organisation]?.isEmpty ?? true
        guard lanes[organisation, default: Lane()].append(submission, bytes, within: limits) else { return false }
        if wasEmpty { turns.append(organisation) }
        count += 1
        byteCount += bytes
        return true
    }

    /// The next command of the organisation whose turn it is. A lane whose next command `isStuck` is passed over, with
    /// all behind it: commands of one organisation stay in their order.
    mutating func next(unless isStuck: (Submission) -> Bool) -> Submission? {
        for _ in 0..<turns.count {
            guard let organisation = turns.popFirst() else { return nil }
            guard let first = lanes[organisation]?.first else { continue }
            guard !isStuck(first) else {
                turns.append(organisation)
                continue
            }
            let bytes = first.command.byteCount
            lanes[organisation]?.removeFirst(bytes)
            if lanes[organisation]?.isEmpty == false { turns.append(organisation) }
            count -= 1
            byteCount -= bytes
            return first
        }
        return nil
    }
}
