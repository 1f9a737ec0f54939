import Glibc

enum Spacing: String, CaseIterable, Sendable {
    /// As people write who know nothing of each other: exponential pauses.
    case poisson
    case even
}

/// When messages are due: decided by the rate alone, whatever the server makes of it.
struct SendSchedule {
    private let meanPause: Double
    private let spacing: Spacing
    private let end: Double
    private var next: Double
    private var numbers: SeededNumbers

    /// `begin` in microseconds; nothing is due at or behind `begin` + `seconds`.
    init(rate: Double, seconds: Double, spacing: Spacing, seed: UInt64, begin: Int64) {
        meanPause = 1e6 / rate
        self.spacing = spacing
        end = Double(begin) + seconds * 1e6
        numbers = SeededNumbers(seed: seed)
        next = Double(begin)
        step()
    }

    /// When the next message is due; nil when there is none any more.
    var due: Int64? { next < end ? Int64(next) : nil }

    /// The next message goes out now: which pair, which of the two, and what it is.
    mutating func take(
        from pairs: [Pair], memberShare: Double, notes: Double
    ) -> (pair: Pair, isGuest: Bool, isNote: Bool)? {
        step()
        guard let pair = pairs.randomElement(using: &numbers) else { return nil }
        let isGuest = Double.random(in: 0..<1, using: &numbers) >= memberShare
        return (pair, isGuest, !isGuest && Double.random(in: 0..<1, using: &numbers) < notes)
    }

    private mutating func step() {
        switch spacing {
        case .even: next += meanPause
        case .poisson: next -= meanPause * log(1 - Double.random(in: 0..<1, using: &numbers))
        }
    }
}
