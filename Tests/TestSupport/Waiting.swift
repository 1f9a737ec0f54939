import Glibc
package import Testing

/// Waits until something has come about, and says whether it has; ten seconds are long even on a busy machine.
package func comesAbout(within limit: Duration = .seconds(10), _ condition: () throws -> Bool) rethrows -> Bool {
    let end = ContinuousClock.now + limit
    while try !condition() {
        guard ContinuousClock.now < end else { return false }
        usleep(3000)
    }
    return true
}

/// The same, for a test that cannot go on without it.
package func eventually(
    _ what: Comment, within limit: Duration = .seconds(10), sourceLocation: SourceLocation = #_sourceLocation,
    _ condition: () throws -> Bool
) throws {
    let hasComeAbout = try comesAbout(within: limit, condition)
    try #require(hasComeAbout, what, sourceLocation: sourceLocation)
}
