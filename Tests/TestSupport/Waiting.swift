import Glibc

/// Waits until something has come about, and says whether it has; ten seconds are long even on a busy machine.
package func comesAbout(within limit: Duration = .seconds(10), _ condition: () throws -> Bool) rethrows -> Bool {
    let end = ContinuousClock.now + limit
    while try !condition() {
        guard ContinuousClock.now < end else { return false }
        usleep(3000)
    }
    return true
}
