/// Walks through what one client received of one case: are the numbers dense, each once, in order?
struct StreamCheck {
    private let name: Evidence.StreamName
    /// The newest number that has arrived; everything up to it has, but what is missing.
    private(set) var last: Int64 = 0
    private(set) var isCaughtUp = false
    private(set) var contents: [(seq: Int64, shared: Int64?, content: Evidence.Content)] = []
    private(set) var violations: [Violation] = []
    private(set) var resumptions = 0
    private var missing: [ClosedRange<Int64>] = []

    init(_ name: Evidence.StreamName, _ steps: [Evidence.Step]) {
        self.name = name
        for step in steps { take(step) }
        for range in missing { reportHole(range, "was passed over") }
    }

    private mutating func take(_ step: Evidence.Step) {
        switch step {
        case .subscribed(let after):
            if after > 0 { resumptions += 1 }
            last = after
        case .afresh:
            last = 0
        case .received(let seq, let shared, let content):
            arrived(seq, content)
            contents.append((seq, shared, content))
        case .caughtUp(let seq):
            isCaughtUp = true
            guard seq > last else { return }
            reportHole(last + 1...seq, "was not sent, although the client was told that it had everything up to \(seq)")
            last = seq
        }
    }

    private mutating func arrived(_ seq: Int64, _ content: Evidence.Content) {
        if seq == last &+ 1 {
            last = seq
        } else if seq > last {
            missing.append(last + 1...seq - 1)
            last = seq
        } else if let index = missing.firstIndex(where: { $0.contains(seq) }) {
            let range = missing.remove(at: index)
            if range.lowerBound < seq { missing.append(range.lowerBound...seq - 1) }
            if seq < range.upperBound { missing.append(seq + 1...range.upperBound) }
            report(.reordered, seq, content.message, "arrived behind number \(last)")
        } else {
            report(.repeated, seq, content.message, "arrived once more")
        }
    }

    private mutating func reportHole(_ range: ClosedRange<Int64>, _ what: String) {
        let numbers = range.count == 1 ? what : "\(what), with all up to \(range.upperBound)"
        report(.hole, range.lowerBound, nil, numbers)
    }

    private mutating func report(_ kind: Violation.Kind, _ seq: Int64, _ message: MessageID?, _ detail: String) {
        violations.append(
            Violation(kind, caseID: name.caseID, seq: seq, client: name.client, message: message, detail))
    }
}
