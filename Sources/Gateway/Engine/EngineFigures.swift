import CaseStore

/// What an engine has done since it was made.
package struct EngineFigures: Hashable, Sendable {
    package internal(set) var answered = 0
    package internal(set) var refused = 0
    package internal(set) var commits = 0
    package internal(set) var units = 0
    /// Commands whose decision was stored.
    package internal(set) var stored = 0
    package internal(set) var conflicts = 0
    package internal(set) var repeats = 0
    package internal(set) var loads = 0
    package internal(set) var deadlinesMet = 0
    /// The longest time by which a deadline was met late.
    package internal(set) var latest: Duration = .zero
    /// Of each deadline that was met.
    package internal(set) var lateness = Histogram(.lateness)
    /// Of each commit: from handing it over to its result, whatever that is.
    package internal(set) var commitTime = Histogram(.latency)
    package internal(set) var commandsPerCommit = Histogram(.counts)
    package internal(set) var storeErrors = StoreErrorCounts()
}

/// How often the store has failed the engine, by what it said.
package struct StoreErrorCounts: Hashable, Sendable {
    package private(set) var full = 0
    package private(set) var unavailable = 0
    package private(set) var unknown = 0
    package private(set) var fatal = 0

    mutating func add(_ error: StoreError) {
        switch error {
        case .full: full += 1
        case .unavailable: unavailable += 1
        case .unknown: unknown += 1
        case .fatal: fatal += 1
        }
    }
}

/// How an engine is at one moment.
package struct EngineReading: Hashable, Sendable {
    package let figures: EngineFigures
    /// Commands in the organisations' lanes.
    package let waiting: Int
    /// Commands that have reached their cases and are not answered.
    package let inHand: Int
    package let cachedCases: Int
}
