/// Something the application does on its loop at intervals.
struct Routine {
    let intervalTicks: UInt32
    var due: Tick
    let body: (EventLoop) -> Void
}

/// Work of the whole loop at intervals: one timer for all connections, not one for each.
///
/// There are a handful of routines at most, so they are looked through at each turn instead of standing in the wheel,
/// whose nodes belong to connections.
extension EventLoop {
    /// Calls `body` on the loop's thread at this interval, as long as the loop runs; rounded up to ticks of 50 ms.
    ///
    /// The rhythm is kept: a call that comes late does not delay the next. Calls that were missed altogether are not
    /// made up for.
    package func every(_ interval: Duration, _ body: @escaping (EventLoop) -> Void) {
        let due = now.after(interval)
        routines.append(Routine(intervalTicks: due.count &- now.count, due: due, body: body))
    }

    /// Ticks until the next routine is due, at least one; `nil` when there is none.
    func ticksToRoutine() -> Int? {
        routines.map { max(1, $0.due.since(now)) }.min()
    }

    func fireRoutines() {
        // A routine may add another: indices stay right, because none is ever removed.
        var index = 0
        while index < routines.count {
            let routine = routines[index]
            if now.isAtOrAfter(routine.due) {
                let next = Tick(count: routine.due.count &+ routine.intervalTicks)
                routines[index].due =
                    next.since(now) > 0 ? next : Tick(count: now.count &+ routine.intervalTicks)
                routine.body(self)
            }
            index += 1
        }
    }
}
