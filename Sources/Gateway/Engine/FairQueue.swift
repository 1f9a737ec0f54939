import CaseMachine
import DequeModule

/// Commands as they came, a lane for each organisation, taken in turn: whoever floods the house waits for itself.
struct FairQueue {
    private struct Lane {
        var waiting: Deque<Submission> = []
        var byteCount = 0
    }

    private var lanes: [OrganisationID: Lane] = [:]
    /// Those that have something waiting, in the order of their turns.
    private var turns: Deque<OrganisationID> = []
    private(set) var count = 0
    private(set) var byteCount = 0

    /// False if there is no room.
    mutating func append(_ submission: Submission, within limits: EngineLimits) -> Bool {
        let bytes = submission.command.byteCount
        guard count < limits.waiting, byteCount + bytes <= limits.waitingBytes else { return false }
        var lane = lanes.removeValue(forKey: submission.organisation) ?? Lane()
        defer { if !lane.waiting.isEmpty { lanes[submission.organisation] = lane } }
        guard lane.waiting.count < limits.waitingPerOrganisation,
            lane.byteCount + bytes <= limits.waitingBytesPerOrganisation
        else { return false }
        if lane.waiting.isEmpty { turns.append(submission.organisation) }
        lane.waiting.append(submission)
        lane.byteCount += bytes
        count += 1
        byteCount += bytes
        return true
    }

    /// The next command of the organisation whose turn it is. A lane whose next command `isStuck` is passed over, with
    /// all behind it: commands of one organisation stay in their order.
    mutating func next(unless isStuck: (Submission) -> Bool) -> Submission? {
        for _ in 0..<turns.count {
            guard let organisation = turns.popFirst() else { return nil }
            guard let first = lanes[organisation]?.waiting.first else { continue }
            guard !isStuck(first) else {
                turns.append(organisation)
                continue
            }
            let bytes = first.command.byteCount
            lanes[organisation]?.waiting.removeFirst()
            lanes[organisation]?.byteCount -= bytes
            if lanes[organisation]?.waiting.isEmpty == true {
                lanes[organisation] = nil
            } else {
                turns.append(organisation)
            }
            count -= 1
            byteCount -= bytes
            return first
        }
        return nil
    }
}
