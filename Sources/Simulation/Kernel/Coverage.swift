/// What a run has met: a simulation that never tries something proves nothing about it.
package struct Coverage: Hashable, Sendable {
    package private(set) var accepted: [String: Int] = [:]
    package private(set) var rejected: [String: Int] = [:]
    package private(set) var refused: [String: Int] = [:]
    package private(set) var deadlines: [String: Int] = [:]
    package private(set) var faults: [Fault: Int] = [:]
    package private(set) var phases: [String: Int] = [:]

    package init() {}

    mutating func accepted(_ command: String) { accepted[command, default: 0] += 1 }
    mutating func rejected(_ command: String) { rejected[command, default: 0] += 1 }
    mutating func refused(_ code: String) { refused[code, default: 0] += 1 }
    mutating func met(_ deadline: String) { deadlines[deadline, default: 0] += 1 }
    mutating func had(_ fault: Fault) { faults[fault, default: 0] += 1 }
    mutating func visited(_ phase: String) { phases[phase, default: 0] += 1 }

    package mutating func add(_ other: Coverage) {
        accepted.merge(other.accepted, uniquingKeysWith: +)
        rejected.merge(other.rejected, uniquingKeysWith: +)
        refused.merge(other.refused, uniquingKeysWith: +)
        deadlines.merge(other.deadlines, uniquingKeysWith: +)
        faults.merge(other.faults, uniquingKeysWith: +)
        phases.merge(other.phases, uniquingKeysWith: +)
    }

    package var lines: [String] {
        func row(_ title: String, _ counts: [String: Int]) -> String {
            title + ": "
                + counts.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }.joined(separator: ", ")
        }
        let faults = Dictionary(uniqueKeysWithValues: self.faults.map { ($0.key.rawValue, $0.value) })
        return [
            row("accepted", accepted), row("rejected", rejected), row("refused", refused),
            row("deadlines met", deadlines), row("faults", faults), row("phases", phases),
        ]
    }
}

/// What goes wrong in a simulated house.
package enum Fault: String, Hashable, Sendable, CaseIterable {
    case commitFailedBefore, commitFull, commitUnknownStored, commitUnknownNotStored, storeFatal, storeAway
    case readFailed, slowResult
    case publicationLost, publicationRepeated, publicationDelayed, brokerAway, brokerStalled
    case lineBroken, lineHalfOpen, commandRepeated, clientAway
    case nodeKilled, nodeDiedBeforeResult, nodeDiedHandingOut, nodeDiedAfterAnswer
    case clockAhead, clockBack
}
