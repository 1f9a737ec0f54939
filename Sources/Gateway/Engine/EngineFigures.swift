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
}
